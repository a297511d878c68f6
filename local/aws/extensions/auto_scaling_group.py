"""Auto Scaling groups: all settings kept, hooks from the first second, instances spread over zones, from the version named.

- CreateAutoScalingGroup's LifecycleHookSpecificationList makes the hooks with the group
  (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html); moto forgets them.
- InstanceMaintenancePolicy is part of a group, and UpdateAutoScalingGroup leaves alone what it does not name
  (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html); moto forgets the one, and
  with each update the mixed-instances policy.
- A group keeps its zones balanced and terminates in the fullest zone first
  (https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html#AutoScalingBehavior.InstanceUsage);
  moto puts every instance into the first subnet.
- An instance is of the launch template's version that the group named when it was launched, and of the first type of
  a mixed-instances policy; moto launches and reports the template's default version. Below its first instances a
  mixed group still launches as many as wanted; moto loses one to rounding.
"""

import copy
from collections import Counter

from moto.autoscaling.models import ASG_NAME_TAG, FakeAutoScalingGroup, InstanceState
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
        response.autoscaling_backend.autoscaling_groups[name].instance_maintenance_policy = policy


@replaces(FakeAutoScalingGroup)
def update(moto, self, *, launch_template, mixed_instances_policy=None, **settings):
    if not launch_template and not mixed_instances_policy and self.mixed_instances_policy:
        mixed_instances_policy = copy.deepcopy(self.mixed_instances_policy)
        # moto notes id and name, and takes only one.
        del mixed_instances_policy["LaunchTemplate"]["LaunchTemplateSpecification"]["LaunchTemplateName"]
    moto(self, launch_template=launch_template, mixed_instances_policy=mixed_instances_policy, **settings)


@replaces(FakeAutoScalingGroup)
def set_desired_capacity(moto, self, new_capacity):
    self.desired_capacity = self.min_size if new_capacity is None else new_capacity
    surplus = len(self.active_instances()) - (self.desired_capacity or 0)
    if surplus < 0:
        launch_instances(self, -surplus)
    for _ in range(surplus):
        terminate_instance(self, next_to_terminate(self))
    update_load_balancers(self)


@replaces(FakeAutoScalingGroup)
def replace_autoscaling_group_instances(moto, self, count_needed, propagated_tags):
    launch_instances(self, count_needed)


def launch_instances(group: FakeAutoScalingGroup, count: int, leaving: InstanceState | None = None) -> None:
    """Launches instances, each in the subnet that holds the fewest of the group's, not counting the leaving one."""
    template = group.ec2_launch_template
    version = template.get_version(group.launch_template_version)
    overrides = (group.mixed_instances_policy or {}).get("LaunchTemplate", {}).get("Overrides") or [{}]
    for _ in range(count):
        held = Counter(state.instance.subnet_id for state in group.active_instances() if state is not leaving)
        subnet = min(group.vpc_zone_identifier.split(","), key=lambda subnet_id: held[subnet_id])
        reservation = group.ec2_backend.run_instances(
            version.image_id,
            1,
            version.user_data,
            version.security_groups,
            instance_type=overrides[0].get("InstanceType", version.instance_type),
            is_instance_type_default=False,
            tags={"instance": version.instance_tags | group.get_propagated_tags() | {ASG_NAME_TAG: group.name}},
            placement=group.ec2_backend.get_subnet(subnet).availability_zone,
            launch_template={"LaunchTemplateId": template.id, "Version": str(version.number)},
            subnet_id=subnet,
        )
        instance = reservation.instances[0]
        instance.autoscaling_group = group
        state = InstanceState(instance, protected_from_scale_in=group.new_instances_protected_from_scale_in)
        state.launched_version = version.number
        group.instance_states.append(state)


def next_to_terminate(group: FakeAutoScalingGroup) -> InstanceState:
    """The oldest unprotected instance of the fullest zone."""
    held = Counter(state.availability_zone for state in group.active_instances())
    unprotected = [state for state in group.active_instances() if not state.protected_from_scale_in]
    return max(unprotected, key=lambda state: held[state.availability_zone])


def terminate_instance(group: FakeAutoScalingGroup, state: InstanceState) -> None:
    group.instance_states.remove(state)
    group.ec2_backend.terminate_instances([state.instance.id])


def update_load_balancers(group: FakeAutoScalingGroup) -> None:
    backend = group.autoscaling_backend
    if group.name in backend.autoscaling_groups:
        backend.update_attached_elbs(group.name)
        backend.update_attached_target_groups(group.name)


def launch_template_of(state: InstanceState) -> dict | None:
    template = state.auto_scaling_group.ec2_launch_template
    version = getattr(state, "launched_version", template.default_version_number)
    return {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "Version": str(version)}


InstanceState.launch_template = property(launch_template_of)
