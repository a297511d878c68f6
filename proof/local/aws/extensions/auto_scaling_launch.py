"""A group's new instance: of the launch template version that the group names, in the zone with the fewest
instances.

- A group keeps its zones balanced
  (https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html#AutoScalingBehavior.InstanceUsage).
  moto puts every instance into the first subnet.
- Where that zone has no capacity, the launch fails, and a launch in another zone is tried
  (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AvailabilityZoneDistribution.html,
  balanced-best-effort). faults.py says which zones have none.
- An instance has the version that the group named at its launch, and the first type of a mixed-instances
  policy. moto launches and reports the template's default version.
- Instance profile, metadata options and the tags of volumes and network interfaces come from the template
  as well (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestLaunchTemplateData.html). moto
  leaves them out.
"""

from collections import Counter

import faults
from moto.autoscaling.models import ASG_NAME_TAG, FakeAutoScalingGroup, InstanceState
from moto.core.exceptions import ServiceException
from moto.ec2.models.instances import Instance
from moto.ec2.utils import convert_tag_spec, filter_iam_instance_profiles

from .auto_scaling_activities import Activity, finish, launch_activity


def launch_instance(group: FakeAutoScalingGroup, staying: list[InstanceState]) -> InstanceState | None:
    """Starts an instance in the zone with the fewest of `staying` that has capacity. None if EC2 refuses; the
    activities then have the reasons.
    """
    held = Counter(state.instance.subnet_id for state in staying)
    for subnet_id in sorted(group.vpc_zone_identifier.split(","), key=lambda subnet: held[subnet]):
        zone = group.ec2_backend.get_subnet(subnet_id).availability_zone
        activity = launch_activity(group, subnet_id, zone)
        refused = refusal(group, zone)
        if refused is None:
            return launch_in(group, subnet_id, activity)
        finish(activity, "Failed", refused)
    return None


def refusal(group: FakeAutoScalingGroup, zone: str) -> str | None:
    """Why nothing can be launched for a group in a zone, as a StatusMessage; None if it can."""
    return no_capacity(group, zone) if zone in faults.current.zones_without_capacity else None


def no_capacity(group: FakeAutoScalingGroup, zone: str) -> str:
    kind = instance_types(group)[0]
    return (
        f"We currently do not have sufficient {kind} capacity in the Availability Zone you requested ({zone}). "
        "Launching EC2 instance failed."
    )


def launch_in(group: FakeAutoScalingGroup, subnet_id: str, activity: Activity) -> InstanceState | None:
    try:
        instance = run_instance(group, subnet_id)
    except ServiceException as error:
        finish(activity, "Failed", f"{error.message} Launching EC2 instance failed.")
        return None
    activity.instance_id = instance.id
    activity.description += f": {instance.id}"
    instance.autoscaling_group = group
    state = InstanceState(instance, "Pending", protected_from_scale_in=group.new_instances_protected_from_scale_in)
    state.launched_version = launch_version(group).number
    state.activity = activity
    group.instance_states = [*group.instance_states, state]
    return state


def launch_version(group: FakeAutoScalingGroup):
    """The launch template version for new instances."""
    return group.ec2_launch_template.get_version(group.launch_template_version)


def instance_types(group: FakeAutoScalingGroup) -> list[str]:
    """The types that instances may have, the preferred one first."""
    overrides = (group.mixed_instances_policy or {}).get("LaunchTemplate", {}).get("Overrides") or []
    types = [override["InstanceType"] for override in overrides if "InstanceType" in override]
    return types or [launch_version(group).instance_type]


def run_instance(group: FakeAutoScalingGroup, subnet_id: str) -> Instance:
    version = launch_version(group)
    given = version.data.get("IamInstanceProfile")
    # Looked up first: moto stores no instance that EC2 refuses.
    profile = given and filter_iam_instance_profiles(
        group.account_id, group.ec2_backend.partition, given.get("Arn"), given.get("Name")
    )
    tags = convert_tag_spec(version.data.get("TagSpecifications", []))
    instance = group.ec2_backend.run_instances(
        version.image_id,
        1,
        version.user_data,
        version.security_groups,
        instance_type=instance_types(group)[0],
        is_instance_type_default=False,
        region_name=group.region,
        placement=group.ec2_backend.get_subnet(subnet_id).availability_zone,
        subnet_id=subnet_id,
        launch_template={"LaunchTemplateId": version.template.id, "Version": str(version.number)},
        metadata_options=version.data.get("MetadataOptions"),
        tags={
            "instance": version.instance_tags | group.get_propagated_tags() | {ASG_NAME_TAG: group.name},
            "volume": tags.get("volume", {}),
        },
    ).instances[0]
    instance.nics[0].add_tags(tags.get("network-interface", {}))
    if profile:
        group.ec2_backend.associate_iam_instance_profile(instance.id, iam_instance_profile_name=profile.name)
    return instance


def launch_template_of(state: InstanceState) -> dict | None:
    template = state.auto_scaling_group.ec2_launch_template
    version = getattr(state, "launched_version", template.default_version_number)
    return {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "Version": str(version)}


InstanceState.launch_template = property(launch_template_of)
