"""Target groups hold exactly the instances that are in service.

An instance is registered before it enters InService. One that terminates "is first deregistered from the
load balancer" and "waits for existing connections to drain"; its terminate hooks come after that
(https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html,
https://github.com/VirtusLab/kubedrainer/pull/5). moto registers every instance of the group, and
deregisters none.
"""

from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup, InstanceState

from . import replaces
from .target_draining import draining


@replaces(AutoScalingBackend)
def update_attached_target_groups(_moto, self, group_name):
    for state in self.autoscaling_groups[group_name].active_instances():
        register(state)


def register(state: InstanceState) -> None:
    """Adds a running instance to the target groups of its Auto Scaling group."""
    for target_group in target_groups_of(state.auto_scaling_group):
        if state.instance.state == "running" and state.instance_id not in target_group.targets:
            target_group.register([{"Id": state.instance_id, "Port": target_group.port}])


def deregister(state: InstanceState) -> None:
    for target_group in target_groups_of(state.auto_scaling_group):
        if state.instance_id in target_group.targets:
            target_group.deregister([{"Id": state.instance_id}])


def drains(state: InstanceState) -> bool:
    """Whether a target group that the instance was in still waits for its connections; one that runs no more has none."""
    groups = target_groups_of(state.auto_scaling_group)
    return state.instance.state == "running" and any(state.instance_id in draining(one) for one in groups)


def target_groups_of(group: FakeAutoScalingGroup) -> list:
    """The target groups that exist: one may be deleted before its Auto Scaling group."""
    known = group.autoscaling_backend.elbv2_backend.target_groups
    return [known[arn] for arn in group.target_group_arns or [] if arn in known]
