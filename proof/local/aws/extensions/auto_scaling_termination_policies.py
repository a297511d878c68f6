"""Which instance a group terminates first: one of the fullest zone, chosen by the group's termination
policies in their order.

"Maintaining balance across Availability Zones takes precedence over termination policies"
(https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html).
OldestLaunchTemplate, OldestInstance, NewestInstance and Default are implemented.
OldestLaunchConfiguration, ClosestToNextInstanceHour and AllocationStrategy prefer no instance here. All
instances have a template, cost nothing and are of the first type.
"""

from collections import Counter

from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState


def next_to_terminate(
    group: FakeAutoScalingGroup, candidates: list[InstanceState], capacity: list[InstanceState]
) -> InstanceState:
    """Chooses one of `candidates`. `capacity` is every instance that the group counts, also those that are no
    candidates.
    """
    held = Counter(state.availability_zone for state in capacity)
    fullest = max(held[state.availability_zone] for state in candidates)
    left = [state for state in candidates if held[state.availability_zone] == fullest]
    for policy in group.termination_policies:
        if policy in PREFERENCES:
            first = min(PREFERENCES[policy](group, state) for state in left)
            left = [state for state in left if PREFERENCES[policy](group, state) == first]
    return left[0]


def by_launch_template(group: FakeAutoScalingGroup, state: InstanceState) -> tuple:
    template = state.launch_template
    return (template["LaunchTemplateId"] == group.ec2_launch_template.id, int(template["Version"]))


# The instance with the smallest key goes first.
PREFERENCES = {
    "OldestLaunchTemplate": by_launch_template,
    "OldestInstance": lambda _group, state: state.instance.launch_time.timestamp(),
    "NewestInstance": lambda _group, state: -state.instance.launch_time.timestamp(),
    "Default": by_launch_template,
}
