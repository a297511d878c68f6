"""Hosted zones: private when made with a VPC, and with a start-of-authority record that DNS servers can read.

AWS takes a zone for private when CreateHostedZone names a VPC, whether or not HostedZoneConfig.PrivateZone is sent
(https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html); moto looks at PrivateZone alone.
moto stores the SOA's value as a mapping, which is listed as the text of a Python dict
(https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html has the form).
"""

from moto.route53.models import Route53Backend
from moto.route53.responses import Route53

from . import replaces


@replaces(Route53)
def create_hosted_zone(moto, self):
    if self._get_param("VPC.VPCId"):
        self.params.setdefault("HostedZoneConfig", {})["PrivateZone"] = True
    return moto(self)


@replaces(Route53Backend)
def create_hosted_zone(moto, self, *args, **kwargs):  # noqa: F811 (the same call, one layer below)
    zone = moto(self, *args, **kwargs)
    for record in zone.rrsets:
        if record.type == "SOA":
            server = zone.delegation_set.name_servers[0]
            record.records = [f"{server}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"]
    return zone
