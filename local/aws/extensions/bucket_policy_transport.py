"""Bucket policies that ask for TLS: a statement under `aws:SecureTransport: false` is for requests without TLS only.

A condition that does not hold takes its statement out of the evaluation
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html); moto reads no conditions
of bucket policies, so one that denies requests without TLS would deny all. Requests to the local AWS never leave this
machine and count as requests over TLS, which is the difference from AWS.
"""

import json

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

from . import replaces


def is_for_requests_without_tls(statement: dict) -> bool:
    asked = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
    return asked in ("false", False, ["false"])


@replaces(FakeBucket)
def get_permission(_moto, self, action: str, resource: str):
    if self.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(self.policy)
    policy["Statement"] = [one for one in policy["Statement"] if not is_for_requests_without_tls(one)]
    return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)
