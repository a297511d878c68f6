"""DeleteAutoScalingGroup: deletes an empty group, or with ForceDelete the group and all its instances at
once.

Without ForceDelete a group with instances is refused. ForceDelete deletes the group "without waiting for
all instances to be terminated", and with "any outstanding lifecycle actions"
(https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html). The group's
hooks do not apply then
(https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html#lifecycle-hooks-availability).
moto deletes any group, and gives its hooks to the next group of that name.
"""

from moto.autoscaling.exceptions import AutoscalingClientError, ValidationError
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import EmptyResult

from . import replaces
from .auto_scaling_lifecycle import end_instance, is_terminating, start_termination
from .instance_refresh_progress import active_refresh


@replaces(AutoScalingResponse)
def delete_auto_scaling_group(_moto, self):
    backend, name = self.autoscaling_backend, self._get_param("AutoScalingGroupName")
    group = backend.autoscaling_groups.get(name)
    if group is None:
        raise ValidationError(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
    if not self._get_bool_param("ForceDelete", False):
        if group.instance_states:
            raise AutoscalingClientError(
                "ResourceInUse",
                "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) "
                "still in the group.",
            )
        if active_refresh(group):
            raise AutoscalingClientError(
                "ScalingActivityInProgress",
                "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.",
            )
    for state in list(group.instance_states):
        if not is_terminating(state):
            start_termination(state, "a user request that deleted the group")
        end_instance(state)
    backend.autoscaling_groups.pop(name)
    for hook in backend.describe_lifecycle_hooks(name):
        backend.lifecycle_hooks.pop(f"{name}_{hook.name}")
    return EmptyResult()
