"""A target that is deregistered drains: it is `draining` for the deregistration delay, and `unused` after it.

A network load balancer does so whether or not there are connections
(https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#deregistration-delay), and
DescribeTargetHealth shows the target meanwhile
(https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html). An instance that runs no more
has no connection left: AWS documents no wait for it, and here is none. Where nobody boots the instances there is none either.
moto has a deregistered target `unused` at once.
"""

import time

from moto.elbv2.models import ELBv2Backend, FakeTargetGroup
from options import options

from . import replaces

DELAY = "deregistration_delay.timeout_seconds"


def draining(group: FakeTargetGroup) -> list[str]:
    """The ids of the targets that drain now."""
    until: dict[str, float] = group.__dict__.setdefault("draining_until", {})
    for target in [target for target, end in until.items() if end <= time.monotonic()]:
        del until[target]
    return list(until)


@replaces(FakeTargetGroup)
def deregister(moto, self, targets):
    moto(self, targets)
    draining(self)
    for target in targets if options.machines else []:
        instance = self.ec2_backend.get_instance_by_id(target["Id"])
        if instance and instance.state == "running":
            self.draining_until[target["Id"]] = time.monotonic() + options.scaled(float(self.attributes[DELAY]))


@replaces(FakeTargetGroup)
def register(moto, self, targets):
    moto(self, targets)
    draining(self)
    for target in targets:
        self.draining_until.pop(target["Id"], None)


@replaces(FakeTargetGroup)
def health_for(moto, self, target, ec2_backend):
    status = moto(self, target, ec2_backend)
    if target["Id"] in draining(self):
        status.status, status.reason = "draining", "Target.DeregistrationInProgress"
        status.description = "Target deregistration is in progress"
    return status


@replaces(ELBv2Backend)
def describe_target_health(moto, self, target_group_arn, targets):
    group = self.target_groups.get(target_group_arn)
    if group and not targets:
        targets = [*group.targets.values(), *({"Id": target, "Port": group.port} for target in draining(group))]
    return moto(self, target_group_arn, targets)
