"""The lifecycle of an instance in a group, one transition after the other.

    Pending -> Pending:Wait -> Pending:Proceed -> InService -> Terminating -> Terminating:Wait
    -> Terminating:Proceed

(https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html,
https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html). An instance waits if
the group has hooks for the transition. While its targets drain, it is Terminating
(auto_scaling_targets.py). An abandoned launch is terminated. The terminate hooks apply to
every termination, also to an instance that EC2 has terminated already. They do not apply to a group
deleted with ForceDelete
(https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html#lifecycle-hooks-availability).
moto has only InService.
"""

import time

from moto.autoscaling.models import InstanceState

from .auto_scaling_activities import finish, termination_activity
from .auto_scaling_hooks import LAUNCHING, TERMINATING, abandonment, outcome, start_actions
from .auto_scaling_targets import deregister, drains, register

InstanceState.activity = None
"""The scaling activity in progress, if any."""
InstanceState.in_service_since = float("-inf")
"""A time of time.monotonic()."""


def is_pending(state: InstanceState) -> bool:
    return state.lifecycle_state.startswith("Pending")


def is_terminating(state: InstanceState) -> bool:
    return state.lifecycle_state.startswith("Terminating")


def counts(state: InstanceState) -> bool:
    """Whether the instance counts as capacity: in service, or on its way into service."""
    return is_pending(state) or state.lifecycle_state == "InService"


def advance(state: InstanceState) -> bool:
    """Makes the next transition that is due; False if none is."""
    step = STEPS.get(state.lifecycle_state)
    return step(state) if step else False


def wait_for_launch_hooks(state: InstanceState) -> bool:
    start_actions(state, LAUNCHING)
    state.activity.status_code = "MidLifecycleAction" if state.lifecycle_actions else "InProgress"
    state.lifecycle_state = "Pending:Wait" if state.lifecycle_actions else "Pending:Proceed"
    return True


def end_launch_wait(state: InstanceState) -> bool:
    result = outcome(state.lifecycle_actions)
    if result == "ABANDON":
        cancel_launch(state, abandonment(state.lifecycle_actions))
    elif result == "CONTINUE":
        state.lifecycle_actions = []
        state.lifecycle_state = "Pending:Proceed"
    return result is not None


def cancel_launch(state: InstanceState, reason: str) -> None:
    """Abandons an instance that has never been in service."""
    state.auto_scaling_group.failed_launches += 1
    finish(state.activity, "Cancelled", reason)
    start_termination(state, f"a launch that failed: {reason}")


def enter_service(state: InstanceState) -> bool:
    register(state)
    state.lifecycle_state = "InService"
    state.in_service_since = time.monotonic()
    state.auto_scaling_group.failed_launches = 0
    finish(state.activity)
    return True


def start_termination(state: InstanceState, cause: str) -> None:
    """Takes an instance out of service and starts its termination; `cause` is a noun, for the activity."""
    if state.activity:
        finish(state.activity, "Cancelled", f"The instance was terminated before it was in service: {cause}")
    deregister(state)
    state.lifecycle_actions = []
    state.lifecycle_state = "Terminating"
    state.activity = termination_activity(state.auto_scaling_group, state.instance, cause)


def wait_for_terminate_hooks(state: InstanceState) -> bool:
    if drains(state):
        state.activity.status_code = "WaitingForELBConnectionDraining"
        return False
    start_actions(state, TERMINATING)
    state.activity.status_code = "MidLifecycleAction" if state.lifecycle_actions else "InProgress"
    state.lifecycle_state = "Terminating:Wait" if state.lifecycle_actions else "Terminating:Proceed"
    return True


def end_terminate_wait(state: InstanceState) -> bool:
    # The instance terminates with either result.
    if outcome(state.lifecycle_actions) is None:
        return False
    state.lifecycle_actions = []
    state.lifecycle_state = "Terminating:Proceed"
    return True


def end_instance(state: InstanceState) -> bool:
    """Terminates the instance, even if termination protection is on, and takes it from its group."""
    group = state.auto_scaling_group
    if state.instance.state != "terminated":
        state.instance.terminate()
    group.instance_states = [other for other in group.instance_states if other is not state]
    finish(state.activity)
    return True


STEPS = {
    "Pending": wait_for_launch_hooks,
    "Pending:Wait": end_launch_wait,
    "Pending:Proceed": enter_service,
    "Terminating": wait_for_terminate_hooks,
    "Terminating:Wait": end_terminate_wait,
    "Terminating:Proceed": end_instance,
}
