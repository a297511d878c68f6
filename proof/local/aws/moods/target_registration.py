"""A target's registration takes time: it is `initial` meanwhile, and the load balancer neither checks it nor sends to it.

DescribeTargetHealth says `Elb.RegistrationInProgress`
(https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html). The lab's load balancers take the
target after that, and their health checks come on top. A target that is registered anew while it drains begins again.
"""

from extensions import replaces
from mood import clock, seconds
from moto.elbv2.models import FakeTargetGroup


@replaces(FakeTargetGroup)
def register(moto, self, targets):
    new = [target["Id"] for target in targets if target["Id"] not in self.targets]
    moto(self, targets)
    for target in new:
        registered_at(self)[target] = clock.now() + seconds("target-registration")


@replaces(FakeTargetGroup)
def health_for(moto, self, target, ec2_backend):
    status = moto(self, target, ec2_backend)
    if target["Id"] in self.targets and clock.now() < registered_at(self).get(target["Id"], 0):
        status.status, status.reason = "initial", "Elb.RegistrationInProgress"
        status.description = "Target registration is in progress"
    return status


def registered_at(group: FakeTargetGroup) -> dict[str, float]:
    """When the registration of each target ends, by its id."""
    return group.__dict__.setdefault("registered_at", {})
