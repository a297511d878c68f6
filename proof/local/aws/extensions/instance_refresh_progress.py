"""The steps of an instance refresh: a rolling replacement within limits, until it succeeds, fails or is
cancelled.

- The minimum and maximum healthy percentages limit how many instances are replaced at once. With 100 and
  room for one more, it is one at a time. The next one waits until the replacement is in service and warm.
  Terminating instances do not count
  (https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html).
- The refresh pauses at each checkpoint. It reaches one when the share of replaced and warm instances is at
  least its percentage. The last checkpoint ends the refresh
  (https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-adding-checkpoints-instance-refresh.html).
- The refresh fails if it has replaced nothing for an hour. Replaced instances stay
  (https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-limitations).
- A cancelled refresh starts no more replacements, and by default waits for those in progress
  (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html).
- Each of these is published as an event
  (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html).

Without machines there are no warm-up and no pauses. Instances that are protected from scale-in or in
standby are ignored.
"""

import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState
from moto.core.utils import utcnow
from options import options

from .auto_scaling_capacity import Limits, Replacement, limits
from .auto_scaling_launch import instance_types, launch_version
from .auto_scaling_lifecycle import counts, is_pending, is_terminating
from .event_bus import publish

FAILURE_SECONDS = 60 * 60
ACTIVE = ("Pending", "InProgress", "Cancelling")


@dataclass
class Refresh:
    """An instance refresh; `preferences` have the form of StartInstanceRefresh."""

    group: FakeAutoScalingGroup
    preferences: dict
    old: list[InstanceState]
    """The instances to replace."""
    refresh_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "Pending"
    reason: str = ""
    start_time: datetime = field(default_factory=utcnow)
    end_time: datetime | None = None
    started: float = field(default_factory=time.monotonic)
    leaving: list[InstanceState] = field(default_factory=list)
    """The instances of `old` that are being replaced now."""
    reached: int = 0
    """How many checkpoints the refresh has passed."""
    paused_until: float | None = None
    replaced: int = 0
    """How many replacements are in service and warm; kept for the hour's time-out."""
    replaced_at: float = field(default_factory=time.monotonic)
    waits_for_transitions: bool = True

    @property
    def checkpoints(self) -> list[int]:
        return self.preferences.get("CheckpointPercentages") or [100]

    @property
    def waiting_to_leave(self) -> list[InstanceState]:
        return [state for state in self.old if state in self.group.instance_states and counts(state)]

    @property
    def percentage(self) -> int:
        return 100 * self.replaced // len(self.old) if self.old else 100

    def is_warm(self, state: InstanceState) -> bool:
        seconds = self.preferences.get("InstanceWarmup", self.group.health_check_grace_period or 0)
        waits = seconds * options.time_scale if options.machines else 0
        return state in self.old or time.monotonic() >= state.in_service_since + waits

    @property
    def limits(self) -> Limits:
        policy = self.group.instance_maintenance_policy or {}
        percentages = [
            self.preferences.get(name, policy.get(name)) for name in ("MinHealthyPercentage", "MaxHealthyPercentage")
        ]
        return limits(self.group.desired_capacity, *percentages)


FakeAutoScalingGroup.instance_refreshes = ()
"""Newest first."""


def active_refresh(group: FakeAutoScalingGroup) -> Refresh | None:
    return next((refresh for refresh in group.instance_refreshes if refresh.status in ACTIVE), None)


def to_replace(group: FakeAutoScalingGroup, preferences: dict) -> list[InstanceState]:
    """The instances that a refresh would replace now: all but protected ones, and with SkipMatching all but
    those of the group's version.
    """
    wanted = launch_version(group)
    return [
        state
        for state in group.instance_states
        if counts(state)
        and not (state.protected_from_scale_in and preferences.get("ScaleInProtectedInstances") != "Refresh")
        and not (
            preferences.get("SkipMatching")
            and state.launch_template["LaunchTemplateId"] == wanted.template.id
            and int(state.launch_template["Version"]) == wanted.number
            and state.instance_type in instance_types(group)
        )
    ]


def replacement_of(group: FakeAutoScalingGroup) -> Replacement | None:
    """The instances that the group's refresh wants replaced now; None without a refresh."""
    refresh = active_refresh(group)
    if refresh is None:
        return None
    cause = f"instance refresh {refresh.refresh_id}"
    return Replacement(refresh.leaving, refresh.limits, refresh.is_warm, cause)


def advance_refresh(group: FakeAutoScalingGroup) -> bool:
    """Chooses what is replaced next, or ends the refresh. False if nothing has changed."""
    refresh = active_refresh(group)
    if refresh is None:
        return False
    if refresh.status == "Pending":
        begin(refresh)
        return True
    before = (refresh.status, refresh.replaced, refresh.reached, refresh.paused_until, list(refresh.leaving))
    note_progress(refresh)
    if refresh.status == "Cancelling":
        go_on_cancelling(refresh)
    else:
        go_on(refresh)
    return before != (refresh.status, refresh.replaced, refresh.reached, refresh.paused_until, refresh.leaving)


def begin(refresh: Refresh) -> None:
    refresh.status = "InProgress"
    tell(refresh, "Started")


def note_progress(refresh: Refresh) -> None:
    new = [
        state
        for state in refresh.group.instance_states
        if state not in refresh.old
        and state.lifecycle_state == "InService"
        and state.in_service_since >= refresh.started
        and refresh.is_warm(state)
    ]
    replaced = min(len(new), len(refresh.old))
    if replaced > refresh.replaced:
        refresh.replaced_at = time.monotonic()
    refresh.replaced = replaced


def go_on(refresh: Refresh) -> None:
    if refresh.paused_until is not None:
        if time.monotonic() < refresh.paused_until:
            return
        refresh.paused_until = None
        refresh.replaced_at = time.monotonic()
    # A share can pass several checkpoints at once; the lower ones are skipped.
    passed = [percent for percent in refresh.checkpoints if reaches(refresh, percent)]
    all_new = not refresh.waiting_to_leave and refresh.replaced >= refresh.group.desired_capacity
    if len(passed) == len(refresh.checkpoints) or all_new or not refresh.old:
        finish_if_settled(refresh)
    elif len(passed) > refresh.reached:
        refresh.reached = len(passed)
        pause(refresh, passed[-1])
    elif time.monotonic() >= refresh.replaced_at + FAILURE_SECONDS * options.time_scale:
        end(refresh, "Failed", "No instance could be replaced for an hour: the new ones do not come into service.")
    else:
        choose_leaving(refresh)


def reaches(refresh: Refresh, percent: int) -> bool:
    return 100 * refresh.replaced >= percent * len(refresh.old)


def choose_leaving(refresh: Refresh) -> None:
    """As many as the next checkpoint needs, minus those that have left already."""
    wanted = -(-refresh.checkpoints[refresh.reached] * len(refresh.old) // 100)
    candidates = refresh.waiting_to_leave
    refresh.leaving = candidates[: max(0, wanted - (len(refresh.old) - len(candidates)))]
    coming = next((s for s in refresh.group.instance_states if s not in refresh.old and not refresh.is_warm(s)), None)
    refresh.reason = (
        f"Waiting for instances to warm up before continuing. For example: {coming.instance_id} is warming up."
        if coming and coming.lifecycle_state == "InService"
        else f"Waiting for instances to be replaced: {len(candidates)} to go."
    )


def pause(refresh: Refresh, percent: int) -> None:
    delay = refresh.preferences.get("CheckpointDelay", 3600)
    refresh.paused_until = time.monotonic() + (delay * options.time_scale if options.machines else 0)
    refresh.reason = f"Waiting {delay} seconds at the checkpoint of {percent} percent."
    detail = {"CheckpointPercentage": str(percent), "CheckpointDelay": str(delay)}
    tell(refresh, "Checkpoint Reached", detail)


def finish_if_settled(refresh: Refresh) -> None:
    """Ends the refresh once all replaced instances are gone."""
    keeping = len(refresh.old) * (100 - refresh.checkpoints[-1]) // 100
    present = [state for state in refresh.old if state in refresh.group.instance_states]
    refresh.leaving = refresh.waiting_to_leave[: max(0, len(refresh.waiting_to_leave) - keeping)]
    if len(present) <= keeping:
        end(refresh, "Successful")


def go_on_cancelling(refresh: Refresh) -> None:
    """Each instance above the desired capacity is a replacement that comes, for which one old instance still
    leaves.
    """
    group = refresh.group
    surplus = sum(counts(state) for state in group.instance_states) - group.desired_capacity
    leaving = [state for state in refresh.waiting_to_leave if state in refresh.leaving]
    refresh.leaving = leaving[: max(0, surplus)] if refresh.waits_for_transitions else []
    in_transition = [state for state in group.instance_states if is_pending(state) or is_terminating(state)]
    if not refresh.waits_for_transitions or (not refresh.leaving and not in_transition):
        end(refresh, "Cancelled", "Cancelled by a request.")


def end(refresh: Refresh, status: str, reason: str = "") -> None:
    refresh.status, refresh.reason, refresh.end_time = status, reason, utcnow()
    refresh.leaving = []
    tell(refresh, {"Successful": "Succeeded"}.get(status, status))


def tell(refresh: Refresh, what: str, more: dict | None = None) -> None:
    group = refresh.group
    detail = {"InstanceRefreshId": refresh.refresh_id, "AutoScalingGroupName": group.name} | (more or {})
    detail_type = f"EC2 Auto Scaling Instance Refresh {what}"
    publish(group.account_id, group.region, "aws.autoscaling", detail_type, [group.arn], detail)
