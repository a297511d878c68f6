"""GetAccountLimit: how many hosted zones an account has, and may have
(https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetAccountLimit.html). moto does not know the call. The limit is
AWS's default (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html); nothing here keeps to it.
"""

from moto.core.responses import ActionResult
from moto.route53 import urls
from moto.route53.responses import Route53

from . import adds_to

ZONES = "MAX_HOSTED_ZONES_BY_OWNER"
LIMIT = 500

urls.url_paths[r"{0}/(?P<api_version>[\d_-]+)/accountlimit/(?P<type>[^/]+)$"] = Route53.dispatch


@adds_to(Route53)
def get_account_limit(self):
    kind = self._get_param("Type")
    if kind != ZONES:
        raise NotImplementedError(f"the limit {kind} is not known here: add it to {__name__}")
    return ActionResult({"Limit": {"Type": kind, "Value": LIMIT}, "Count": self.backend.get_hosted_zone_count()})
