"""A registered target has the health that the load balancer's stand-in has found.

States and reasons:
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html. For moto a
registered target is healthy, and it stays so if nobody checks it (`make local`). The lab's load balancer
reports what it finds: PUT /local-aws/target-health (control_paths.py).
"""

from moto.elbv2.models import FakeTargetGroup

from . import replaces

STATES = ("initial", "healthy", "unhealthy")

# {target group's ARN: {target's id: {"state", "reason", "description"}}}
found: dict[str, dict[str, dict]] = {}


def put(given: dict) -> None:
    """Replaces all reported health. Raises ValueError for an unknown state."""
    for arn, targets in given.items():
        for target, health in targets.items():
            if health.get("state") not in STATES:
                raise ValueError(f"{target} of {arn}: state is {health.get('state')!r}, not one of {', '.join(STATES)}")
    found.clear()
    found.update(given)


@replaces(FakeTargetGroup)
def health_for(moto, self, target, ec2_backend):
    status = moto(self, target, ec2_backend)
    if status.status == "healthy" and self.arn in found:
        seen = found[self.arn].get(target["Id"], {"state": "initial", "reason": "Elb.InitialHealthChecking"})
        status.status = seen["state"]
        status.reason = seen.get("reason")
        status.description = seen.get("description")
    return status
