"""EC2 and KMS take so many requests of each action, and refuse the others with HTTP 400.

Each action has a token bucket of an account in a region
(https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html,
https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html). The rows of table.json with `actions` name them, the most
exact row first. Not imitated are EC2's second buckets for the number of resources, and the smaller ones for calls without a filter.
"""

import json
from collections.abc import Callable
from fnmatch import fnmatchcase

from aws_parts import is_counted
from extensions import replaces
from mood import TABLE, now
from moto.core.responses import TYPE_RESPONSE, ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import EC2Response
from moto.kms.responses import KmsResponse
from token_bucket import TokenBucket

LIMITED = [(pattern, row["key"]) for row in TABLE.values() for pattern in row.get("actions", [])]

buckets: dict[tuple[str, str, str], TokenBucket] = {}
"""By account, region and action."""


def refused_by_ec2(response: EC2Response) -> TYPE_RESPONSE:
    return response.serialized(ActionResult(EC2ClientError("RequestLimitExceeded", "Request limit exceeded.")))


def refused_by_kms(response: KmsResponse) -> TYPE_RESPONSE:
    return 400, response.response_headers, json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"})


def throttle(service: str, response_class: type, refused: Callable[..., TYPE_RESPONSE]) -> None:
    """Refuses requests of a service beyond the limits of their action."""

    def call_action(moto, self):
        if is_counted(self) and not is_taken(self, f"{service}:{self._get_action()}"):
            return refused(self)
        return moto(self)

    replaces(response_class)(call_action)


def is_taken(response: EC2Response | KmsResponse, action: str) -> bool:
    limit = next((now(key) for pattern, key in LIMITED if fnmatchcase(action, pattern)), {})
    if not limit:
        return True
    place = (response.get_current_account(), response.region, action)
    if place not in buckets:
        buckets[place] = TokenBucket(limit["requests"], limit["perSecond"])
    return buckets[place].takes()


throttle("ec2", EC2Response, refused_by_ec2)
throttle("kms", KmsResponse, refused_by_kms)
