"""Auto Scaling groups keep all their settings, and have their hooks from the first second.

- CreateAutoScalingGroup's LifecycleHookSpecificationList makes the hooks with the group
  (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html). moto forgets
  them.
- InstanceMaintenancePolicy is part of a group. moto forgets it.
- UpdateAutoScalingGroup changes only the settings that it names, but moves the desired capacity into new
  bounds (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html). moto
  loses the mixed-instances policy with each update, and counts terminating instances as capacity.

Here the desired capacity is only a number; auto_scaling_capacity.py launches and terminates instances.
"""

import copy

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.autoscaling.responses import AutoScalingResponse

from . import replaces


@replaces(AutoScalingResponse)
def create_auto_scaling_group(moto, self):
    answer = moto(self)
    for hook in self._get_param("LifecycleHookSpecificationList", []):
        self.autoscaling_backend.create_lifecycle_hook(
            name=hook["LifecycleHookName"],
            as_name=self._get_param("AutoScalingGroupName"),
            transition=hook["LifecycleTransition"],
            timeout=int(hook["HeartbeatTimeout"]) if "HeartbeatTimeout" in hook else None,
            result=hook.get("DefaultResult"),
        )
    keep_maintenance_policy(self)
    return answer


@replaces(AutoScalingResponse)
def update_auto_scaling_group(moto, self):
    answer = moto(self)
    keep_maintenance_policy(self)
    return answer


def keep_maintenance_policy(response: AutoScalingResponse) -> None:
    policy = response._get_param("InstanceMaintenancePolicy")
    if policy:
        name = response._get_param("AutoScalingGroupName")
        group = response.autoscaling_backend.autoscaling_groups[name]
        # -1 removes a percentage that was set.
        group.instance_maintenance_policy = None if -1 in policy.values() else policy


@replaces(FakeAutoScalingGroup)
def update(moto, self, *, launch_template, mixed_instances_policy=None, desired_capacity=None, **settings):
    if not launch_template and not mixed_instances_policy and self.mixed_instances_policy:
        mixed_instances_policy = copy.deepcopy(self.mixed_instances_policy)
        # moto stores both id and name, but accepts only one of them.
        del mixed_instances_policy["LaunchTemplate"]["LaunchTemplateSpecification"]["LaunchTemplateName"]
    if desired_capacity is None:
        least = self.min_size if settings["min_size"] is None else settings["min_size"]
        most = self.max_size if settings["max_size"] is None else settings["max_size"]
        desired_capacity = min(max(self.desired_capacity, least), most)
    moto(
        self,
        launch_template=launch_template,
        mixed_instances_policy=mixed_instances_policy,
        desired_capacity=desired_capacity,
        **settings,
    )


@replaces(FakeAutoScalingGroup)
def set_desired_capacity(_moto, self, new_capacity):
    self.desired_capacity = (self.min_size if new_capacity is None else new_capacity) or 0
