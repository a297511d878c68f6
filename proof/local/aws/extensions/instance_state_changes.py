"""EC2 publishes each change of an instance's state.

"EC2 Instance State-change Notification"
(https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html). moto
publishes none. States that last a moment on AWS end at once here: pending with running, shutting-down with
terminated.
"""

from moto.ec2.models.instances import Instance, InstanceBackend

from . import replaces
from .event_bus import publish


@replaces(InstanceBackend)
def run_instances(moto, self, *arguments, **settings):
    reservation = moto(self, *arguments, **settings)
    for instance in reservation.instances:
        tell(instance, "pending", "running")
    return reservation


@replaces(Instance)
def start(moto, self):
    previous = moto(self)
    tell(self, "pending", "running")
    return previous


@replaces(Instance)
def stop(moto, self):
    previous = moto(self)
    tell(self, "stopping", "stopped")
    return previous


@replaces(Instance)
def terminate(moto, self):
    previous = moto(self)
    if previous.name != "terminated":
        tell(self, "shutting-down", "terminated")
    return previous


def tell(instance: Instance, *states: str) -> None:
    account_id, region = instance.owner_id, instance.ec2_backend.region_name
    arn = f"arn:aws:ec2:{region}:{account_id}:instance/{instance.id}"
    for state in states:
        detail = {"instance-id": instance.id, "state": state}
        publish(account_id, region, "aws.ec2", "EC2 Instance State-change Notification", [arn], detail)
