"""Instance refresh: StartInstanceRefresh, DescribeInstanceRefreshes, CancelInstanceRefresh.

A group has at most one refresh in progress. A second one is refused with InstanceRefreshInProgress
(https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html). A cancel without
a refresh is refused with ActiveInstanceRefreshNotFound
(https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html).
instance_refresh_progress.py has the steps. DesiredConfiguration, AutoRollback and the strategy
ReplaceRootVolume are refused, because the project does not need them.
"""

from moto.autoscaling.exceptions import AutoscalingClientError, ValidationError
from moto.autoscaling.models import FakeAutoScalingGroup
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult

from . import adds_to
from .instance_refresh_progress import Refresh, active_refresh, to_replace


def group_named(response: AutoScalingResponse) -> FakeAutoScalingGroup:
    name = response._get_param("AutoScalingGroupName")
    groups = response.autoscaling_backend.describe_auto_scaling_groups([name])
    if not groups:
        raise ValidationError("AutoScalingGroup name not found - null")
    return groups[0]


@adds_to(AutoScalingResponse)
def start_instance_refresh(self):
    group = group_named(self)
    preferences = self._get_param("Preferences", {})
    check(self._get_param("Strategy"), self._get_param("DesiredConfiguration"), preferences)
    if active_refresh(group):
        raise AutoscalingClientError(
            "InstanceRefreshInProgress",
            "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.",
        )
    refresh = Refresh(group, preferences, to_replace(group, preferences))
    group.instance_refreshes = [refresh, *group.instance_refreshes]
    return ActionResult({"InstanceRefreshId": refresh.refresh_id})


def check(strategy: str | None, configuration: dict | None, preferences: dict) -> None:
    if strategy not in (None, "Rolling"):
        raise ValidationError(f"The local AWS knows no instance refresh with strategy {strategy}, only Rolling")
    if configuration or preferences.get("AutoRollback"):
        raise ValidationError("The local AWS knows no instance refresh with DesiredConfiguration or AutoRollback")
    if "CheckpointDelay" in preferences and not preferences.get("CheckpointPercentages"):
        raise ValidationError("CheckpointDelay needs CheckpointPercentages")
    percentages = preferences.get("CheckpointPercentages", [])
    if percentages != sorted(set(percentages)):
        raise ValidationError(f"CheckpointPercentages are {percentages}; they must be unique and ascend")


@adds_to(AutoScalingResponse)
def describe_instance_refreshes(self):
    ids = self._get_param("InstanceRefreshIds", [])
    refreshes = [one for one in group_named(self).instance_refreshes if not ids or one.refresh_id in ids]
    return ActionResult({"InstanceRefreshes": [answer(refresh) for refresh in refreshes]})


def answer(refresh: Refresh) -> dict:
    over = refresh.status == "Successful"
    return {
        "InstanceRefreshId": refresh.refresh_id,
        "AutoScalingGroupName": refresh.group.name,
        "Status": refresh.status,
        "StatusReason": refresh.reason or None,
        "StartTime": refresh.start_time,
        "EndTime": refresh.end_time,
        "PercentageComplete": 100 if over else refresh.percentage,
        "InstancesToUpdate": 0 if over else len(refresh.waiting_to_leave),
        "Preferences": refresh.preferences,
    }


@adds_to(AutoScalingResponse)
def cancel_instance_refresh(self):
    group = group_named(self)
    refresh = active_refresh(group)
    if refresh is None:
        raise AutoscalingClientError(
            "ActiveInstanceRefreshNotFound",
            f"No in progress or pending Instance Refresh found for Auto Scaling group {group.name}",
        )
    refresh.status = "Cancelling"
    refresh.waits_for_transitions = self._get_bool_param("WaitForTransitioningInstances", True)
    return ActionResult({"InstanceRefreshId": refresh.refresh_id})
