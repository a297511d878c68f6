"""Termination of single instances by their id.

- TerminateInstanceInAutoScalingGroup starts a termination with all its hooks. It lowers the desired
  capacity if the caller asks for it
  (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html).
- EC2's TerminateInstances does not inform the group. The group's next health check finds out
  (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html).

moto replaces the instance before it answers the call, and runs no hook.
"""

from moto.autoscaling.exceptions import ValidationError
from moto.autoscaling.models import AutoScalingBackend
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult

from . import replaces
from .auto_scaling_lifecycle import is_terminating, start_termination


@replaces(AutoScalingResponse)
def terminate_instance_in_auto_scaling_group(_moto, self):
    instance_id = self._get_param("InstanceId")
    found = self.autoscaling_backend.describe_auto_scaling_instances([instance_id])
    if not found:
        raise ValidationError(f"Instance Id not found - No managed instance found for instance ID: {instance_id}")
    state, group = found[0], found[0].auto_scaling_group
    if not is_terminating(state):
        if self._get_bool_param("ShouldDecrementDesiredCapacity", False):
            if group.desired_capacity <= group.min_size:
                raise ValidationError(
                    "Currently, desiredSize equals minSize "
                    f"({group.min_size}). Terminating instance without replacement will violate group's min size "
                    "constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size."
                )
            group.desired_capacity -= 1
        start_termination(state, "a user request")
    return ActionResult({"Activity": state.activity.answer()})


@replaces(AutoScalingBackend)
def notify_terminate_instances(_moto, self, instance_ids):
    pass
