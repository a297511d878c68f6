"""EC2 launches nothing for Auto Scaling where it has no capacity, beyond the account's quota, and no type that a zone does not have.

The scaling activity fails with the reason as its StatusMessage, and "EC2 Instance Launch Unsuccessful" is published
(https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-capacity.html).

- Capacity: the zone of the first launch of each type has none for a while, and the others have. The group then launches there.
- Quota: instances of the Standard families may have as many vCPUs as `PUT /local-aws/quotas` allows. It holds until somebody changes it.
- Type: moto has AWS's offerings of each zone.
"""

import re

from extensions import account_quotas, auto_scaling_launch, replaces
from extensions.auto_scaling_launch import instance_types, no_capacity
from mood import clock, now, seconds
from moto.autoscaling.models import FakeAutoScalingGroup
from moto.ec2.models.instance_types import INSTANCE_TYPES

STANDARD = re.compile(r"[acdhimrtz]\d")
QUOTA = "L-1216C47A"

constrained: dict[tuple[str, str, str], tuple[str, float]] = {}
"""By account, region and type: the zone without capacity, and until when."""


@replaces(auto_scaling_launch)
def refusal(moto, group, zone):
    refused = moto(group, zone)
    if refused or not now("launch-failure"):
        return refused
    kind = instance_types(group)[0]
    return not_offered(group, kind, zone) or beyond_quota(group, kind) or without_capacity(group, kind, zone)


def not_offered(group: FakeAutoScalingGroup, kind: str, zone: str) -> str | None:
    offers = group.ec2_backend.describe_instance_type_offerings("availability-zone", {"instance-type": [kind]})
    zones = sorted(offer["Location"] for offer in offers)
    if not zones or zone in zones:
        return None
    return (
        f"Your requested instance type ({kind}) is not supported in your requested Availability Zone ({zone}). Please retry your "
        f"request by not specifying an Availability Zone or choosing {', '.join(zones)}. Launching EC2 instance failed."
    )


def beyond_quota(group: FakeAutoScalingGroup, kind: str) -> str | None:
    allowed = account_quotas.quota("ec2", QUOTA, group.region, account_quotas.values.get(QUOTA))["Value"]
    running = [one.instance_type for one in group.ec2_backend.all_instances() if one.state in ("pending", "running")]
    if not STANDARD.match(kind) or sum(vcpus(one) for one in running if STANDARD.match(one)) + vcpus(kind) <= allowed:
        return None
    return (
        f"You have requested more vCPU capacity than your current vCPU limit of {allowed:.0f} allows for the instance bucket that the "
        "specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to "
        "this limit. Launching EC2 instance failed."
    )


def vcpus(kind: str) -> int:
    return INSTANCE_TYPES[kind]["VCpuInfo"]["DefaultVCpus"]


def without_capacity(group: FakeAutoScalingGroup, kind: str, zone: str) -> str | None:
    pool = (group.account_id, group.region, kind)
    empty, until = constrained.setdefault(pool, (zone, clock.now() + seconds("launch-failure")))
    return no_capacity(group, zone) if zone == empty and clock.now() < until else None
