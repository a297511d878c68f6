"""Hosted zones: private when made with a VPC, and with SOA and NS records that DNS servers can read.

For AWS a zone is private when CreateHostedZone names a VPC, whether or not HostedZoneConfig.PrivateZone is
sent (https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html). moto looks only
at PrivateZone. moto stores the SOA's value as a mapping, and lists it as the text of a Python dict. It
stores the NS record's values without the final dot
(https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html has the forms). Only the
delegation set names servers without it, and a private zone has none.
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
    servers = [f"{server}." for server in zone.delegation_set.name_servers]
    for record in zone.rrsets:
        if record.type == "NS":
            record.records = servers
        if record.type == "SOA":
            record.records = [f"{servers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"]
    return zone
