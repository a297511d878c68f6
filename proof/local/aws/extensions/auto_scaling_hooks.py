"""Lifecycle actions: what an instance waits for when it enters or leaves a group, how a wait ends, and after
how long at most.

- All hooks of the transition start at once, each with a token and an event. The wait ends when all are
  completed with CONTINUE, or one with ABANDON, which "stops any remaining actions, such as other lifecycle
  hooks" (https://docs.aws.amazon.com/autoscaling/ec2/userguide/adding-lifecycle-hooks.html).
- A hook that is not completed within its heartbeat time-out gets its default result. A heartbeat restarts
  the time-out, up to 48 hours or 100 time-outs, whichever is smaller
  (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html#lifecycle-hook-considerations).
- A request names an action by its token or its instance
  (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CompleteLifecycleAction.html,
  https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RecordLifecycleActionHeartbeat.html).
- Deleting a hook completes its actions: with ABANDON for launches, CONTINUE for terminations
  (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteLifecycleHook.html).

If nobody boots the instances, nobody would complete a hook either. Then each hook is completed at once
with CONTINUE.
"""

import time
import uuid
from dataclasses import dataclass

from moto.autoscaling.exceptions import ValidationError
from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup, InstanceState, LifecycleHook
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import EmptyResult
from options import options

from . import adds_to, replaces
from .auto_scaling_activities import ENDS
from .event_bus import publish

LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"

EVENTS = {
    LAUNCHING: ("EC2 Instance-launch Lifecycle Action", ENDS["Launch"]),
    TERMINATING: ("EC2 Instance-terminate Lifecycle Action", ENDS["Terminate"]),
}
LONGEST_WAIT_SECONDS = 48 * 60 * 60


@dataclass
class LifecycleAction:
    """One hook that one instance waits for; the times are of time.monotonic()."""

    hook: LifecycleHook
    token: str
    heartbeat_until: float
    ends: float
    result: str | None = None
    """CONTINUE or ABANDON; None until it is completed or timed out."""
    reason: str = ""


def start_actions(state: InstanceState, transition: str) -> None:
    """Starts the group's hooks of a transition; `state.lifecycle_actions` is empty if there are none."""
    group = state.auto_scaling_group
    hooks = group.autoscaling_backend.describe_lifecycle_hooks(group.name)
    state.lifecycle_actions = [started(hook) for hook in hooks if hook.lifecycle_transition == transition]
    for action in state.lifecycle_actions:
        detail_type, ends = EVENTS[transition]
        detail = {
            "LifecycleActionToken": action.token,
            "AutoScalingGroupName": group.name,
            "LifecycleHookName": action.hook.name,
            "EC2InstanceId": state.instance_id,
            "LifecycleTransition": transition,
            **ends,
        }
        publish(group.account_id, group.region, "aws.autoscaling", detail_type, [group.arn], detail)
        if not options.machines:
            complete(action, "CONTINUE")


def started(hook: LifecycleHook) -> LifecycleAction:
    now = time.monotonic()
    longest = min(LONGEST_WAIT_SECONDS, 100 * hook.heartbeat_timeout)
    return LifecycleAction(
        hook=hook,
        token=str(uuid.uuid4()),
        heartbeat_until=now + hook.heartbeat_timeout * options.hook_scale,
        ends=now + longest * options.hook_scale,
    )


def complete(action: LifecycleAction, result: str) -> None:
    action.result = result
    action.reason = f"Lifecycle Action Completed with {result} Result"


def outcome(actions: list[LifecycleAction]) -> str | None:
    """The result of all actions: CONTINUE or ABANDON; None while the instance must wait."""
    for action in actions:
        if action.result is None and time.monotonic() >= min(action.heartbeat_until, action.ends):
            action.result, action.reason = action.hook.default_result, "Heartbeat Timeout"
    results = {action.result for action in actions}
    if "ABANDON" in results:
        return "ABANDON"
    return None if None in results else "CONTINUE"


def abandonment(actions: list[LifecycleAction]) -> str:
    """The status message of a launch that was abandoned."""
    action = next(action for action in actions if action.result == "ABANDON")
    return (
        "Instance failed to complete user's Lifecycle Action: "
        f"Lifecycle Action with token {action.token} was abandoned: {action.reason}"
    )


@adds_to(AutoScalingResponse)
def complete_lifecycle_action(self):
    result = self._get_param("LifecycleActionResult")
    if result not in ("CONTINUE", "ABANDON"):
        raise ValidationError(f"LifecycleActionResult is {result}; it must be CONTINUE or ABANDON")
    complete(active_action(self), result)
    return EmptyResult()


@adds_to(AutoScalingResponse)
def record_lifecycle_action_heartbeat(self):
    action = active_action(self)
    action.heartbeat_until = time.monotonic() + action.hook.heartbeat_timeout * options.hook_scale
    return EmptyResult()


def active_action(response: AutoScalingResponse) -> LifecycleAction:
    """The action that a request names."""
    name, hook_name = response._get_param("AutoScalingGroupName"), response._get_param("LifecycleHookName")
    token, instance_id = response._get_param("LifecycleActionToken"), response._get_param("InstanceId")
    group = response.autoscaling_backend.autoscaling_groups.get(name)
    if group is None:
        raise ValidationError(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
    for state, action in waiting_actions(group):
        named = action.token == token if token else state.instance_id == instance_id
        if named and action.hook.name == hook_name:
            return action
    raise ValidationError(
        f"No active Lifecycle Action found with {f'token {token}' if token else f'instance ID {instance_id}'}"
    )


def waiting_actions(group: FakeAutoScalingGroup) -> list[tuple[InstanceState, LifecycleAction]]:
    return [
        (state, action) for state in group.instance_states for action in state.lifecycle_actions if not action.result
    ]


@replaces(AutoScalingBackend)
def delete_lifecycle_hook(moto, self, as_name, name):
    for _, action in waiting_actions(self.autoscaling_groups[as_name]) if as_name in self.autoscaling_groups else []:
        if action.hook.name == name:
            complete(action, "ABANDON" if action.hook.lifecycle_transition == LAUNCHING else "CONTINUE")
    moto(self, as_name, name)


InstanceState.lifecycle_actions = []
LifecycleHook.global_timeout = property(
    lambda hook: min(LONGEST_WAIT_SECONDS, 100 * hook.heartbeat_timeout), lambda _hook, _value: None
)
