"""Route 53 takes so many requests of an account, and refuses the others with HTTP 400: Throttling, "Rate exceeded".

One bucket holds the tokens of all requests of an account
(https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html). The page has more limits, which are not
imitated: for single calls, and for changed records in a second.
"""

from aws_parts import is_counted
from extensions import replaces
from mood import now
from moto.core.responses import ActionResult, BaseResponse
from moto.route53.exceptions import Route53ClientError
from moto.route53.responses import Route53
from token_bucket import TokenBucket

buckets: dict[str, TokenBucket] = {}


@replaces(BaseResponse)
def call_action(moto, self):
    if isinstance(self, Route53) and not is_taken(self):
        return self.serialized(ActionResult(Route53ClientError("Throttling", "Rate exceeded")))
    return moto(self)


def is_taken(response: Route53) -> bool:
    limit = now("route53-requests")
    if not limit or not is_counted(response):
        return True
    account = response.get_current_account()
    if account not in buckets:
        buckets[account] = TokenBucket(limit["requests"], limit["perSecond"])
    return buckets[account].takes()
