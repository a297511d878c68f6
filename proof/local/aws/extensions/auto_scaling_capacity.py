"""A group is kept at its desired capacity.

- Missing instances are launched, and surplus ones terminated. Instances that are not yet in service go
  first, then the termination policies choose. Terminating instances do not count
  (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-capacity-limits.html).
- An instance that EC2 does not report as running is unhealthy at once, and replaced. One that somebody
  marked unhealthy is replaced within the limits of the group's maintenance policy, or at once without a
  policy (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html,
  https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-maintenance-policy-overview-and-considerations.html).
- While launches keep failing, the waits between them grow
  (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html#lifecycle-hook-considerations).
  AWS does not say how long they are. Here the second launch waits a minute, and each further one twice as
  long, up to 15 minutes.
- The processes Launch, Terminate, HealthCheck and ReplaceUnhealthy can be suspended
  (https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from mood import clock
from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState
from options import options

from .auto_scaling_launch import launch_instance
from .auto_scaling_lifecycle import advance, cancel_launch, counts, is_pending, start_termination
from .auto_scaling_termination_policies import next_to_terminate

FakeAutoScalingGroup.failed_launches = 0
"""How many launches have failed since the last one that succeeded."""
FakeAutoScalingGroup.last_failure = None
"""(failed_launches, time of the last failure)."""
FakeAutoScalingGroup.instance_maintenance_policy = None


@dataclass(frozen=True)
class Limits:
    """How many instances a group may have, least and most, while instances are replaced."""

    ready: int
    """Least number in service, healthy and warm."""
    capacity: int
    """Greatest number in service or not yet in service."""


def limits(desired: int, min_percent: int | None, max_percent: int | None) -> Limits:
    """The limits for a desired capacity. None means that nobody has set a percentage: 90 and 100 apply. If
    both limits cannot be kept, a maximum that was set is exceeded by one; else the minimum is missed
    (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html).
    """
    ready = math.ceil(desired * (90 if min_percent is None else min_percent) / 100)
    capacity = max(desired, math.floor(desired * (100 if max_percent is None else max_percent) / 100))
    if ready < capacity:
        return Limits(ready, capacity)
    return Limits(desired - 1, capacity) if max_percent is None else Limits(ready, desired + 1)


@dataclass(frozen=True)
class Replacement:
    """Which healthy instances are to be replaced, and how."""

    leaving: list[InstanceState]
    limits: Limits
    is_warm: Callable[[InstanceState], bool] = lambda state: True
    """Whether an instance that is in service counts as ready."""
    cause: str = ""
    """A noun, for the activity's cause."""


def keep_capacity(group: FakeAutoScalingGroup, replacement: Replacement | None) -> bool:
    """Brings a group one step nearer to its desired capacity; False if there is nothing to do now."""
    stepped = [advance(state) for state in group.instance_states]
    found = [find_not_running(group, state) for state in group.instance_states]
    return any(stepped) or any(found) or balance(group, replacement or within_policy(group))


def find_not_running(group: FakeAutoScalingGroup, state: InstanceState) -> bool:
    if state.instance.state == "running" or not counts(state) or is_suspended(group, "HealthCheck"):
        return False
    state.health_status = "Unhealthy"
    if is_suspended(group, "ReplaceUnhealthy") or is_suspended(group, "Terminate"):
        return False
    cause = f"an EC2 health check that indicated it has been {state.instance.state}"
    if is_pending(state):
        cancel_launch(state, cause)
    else:
        start_termination(state, cause)
    return True


def within_policy(group: FakeAutoScalingGroup) -> Replacement:
    """Without a refresh only unhealthy instances are replaced: as the maintenance policy says, or at once
    without a policy.
    """
    policy = group.instance_maintenance_policy or {"MinHealthyPercentage": 0}
    bounds = limits(group.desired_capacity, policy.get("MinHealthyPercentage"), policy.get("MaxHealthyPercentage"))
    return Replacement([], bounds)


def balance(group: FakeAutoScalingGroup, replacement: Replacement) -> bool:
    capacity = [state for state in group.instance_states if counts(state)]
    leaving = [state for state in capacity if state in replacement.leaving or is_to_be_healed(state)]
    staying = [state for state in capacity if state not in leaving]
    ready = [
        state
        for state in capacity
        if state.lifecycle_state == "InService"
        and state.health_status == "Healthy"
        and (state in leaving or replacement.is_warm(state))
    ]
    room = max(group.desired_capacity, replacement.limits.capacity if leaving else 0) - len(capacity)
    lacking = min(group.desired_capacity - len(staying), room)
    if lacking > 0 and may_launch(group):
        launched = [launch(group, staying) for _ in range(lacking)]
        return any(launched)
    if is_suspended(group, "Terminate"):
        return False
    surplus = len(staying) - group.desired_capacity
    if surplus > 0:
        return terminate_surplus(group, staying)
    # An unhealthy instance does not count as ready, so replacing it costs nothing.
    spare = [state for state in leaving if len(ready) - (state in ready) >= replacement.limits.ready]
    if not spare:
        return False
    chosen = next_to_terminate(group, spare, capacity)
    start_termination(chosen, replacement.cause if chosen in replacement.leaving else "a health check that it failed")
    return True


def is_to_be_healed(state: InstanceState) -> bool:
    return (
        state.lifecycle_state == "InService"
        and state.health_status == "Unhealthy"
        and not is_suspended(state.auto_scaling_group, "ReplaceUnhealthy")
    )


def launch(group: FakeAutoScalingGroup, staying: list[InstanceState]) -> bool:
    """Adds the launched instance to `staying`."""
    state = launch_instance(group, staying)
    if state is None:
        group.failed_launches += 1
        return False
    staying.append(state)
    return True


def terminate_surplus(group: FakeAutoScalingGroup, staying: list[InstanceState]) -> bool:
    pending = [state for state in staying if is_pending(state)]
    unprotected = [state for state in staying if not state.protected_from_scale_in]
    if not pending and not unprotected:
        return False
    chosen = pending[-1] if pending else next_to_terminate(group, unprotected, staying)
    start_termination(chosen, f"a difference between desired and actual capacity ({group.desired_capacity})")
    return True


def may_launch(group: FakeAutoScalingGroup) -> bool:
    if is_suspended(group, "Launch"):
        return False
    if group.failed_launches == 0:
        return True
    if group.last_failure is None or group.last_failure[0] != group.failed_launches:
        group.last_failure = (group.failed_launches, clock.now())
    seconds = min(15 * 60, 60 * 2 ** (group.failed_launches - 2)) if group.failed_launches > 1 else 0
    return clock.now() >= group.last_failure[1] + seconds * options.time_scale


def is_suspended(group: FakeAutoScalingGroup, process: str) -> bool:
    return any(suspended["ProcessName"] == process for suspended in group.suspended_processes)
