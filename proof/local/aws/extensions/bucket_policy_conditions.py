"""Conditions of bucket policies: whether a request uses TLS, and whether a write asks for an absent object.

A statement whose condition is not met does not apply
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html). moto ignores
conditions of bucket policies, so a statement that denies requests without TLS would deny all requests.
Unlike on AWS, every request counts as one over TLS, because none leaves this machine.
"""

import json

from flask import request
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

from . import replaces


def holds(statement: dict) -> bool:
    condition = statement.get("Condition", {})
    if condition.get("Bool", {}).get("aws:SecureTransport") in ("false", False, ["false"]):
        return False
    if condition.get("Null", {}).get("s3:if-none-match") in ("true", True, ["true"]):
        return "If-None-Match" not in request.headers
    return True


@replaces(FakeBucket)
def get_permission(_moto, self, action: str, resource: str):
    if self.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(self.policy)
    policy["Statement"] = [one for one in policy["Statement"] if holds(one)]
    return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)
