"""Instance refresh: StartInstanceRefresh, DescribeInstanceRefreshes, CancelInstanceRefresh.

Replaces every instance that is not of the group's launch template version, launching before terminating, as a
refresh with a minimum healthy percentage of 100 does
(https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html). It is over when the call
answers: nothing is booted here, so there is nothing to wait for, and a cancel always comes too late.
"""

import threading
import uuid

from moto.autoscaling.exceptions import AutoscalingClientError, ValidationError
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.core.utils import utcnow

from . import adds_to
from .auto_scaling_group import launch_instances, terminate_instance, update_load_balancers

one_at_a_time = threading.Lock()


class ActiveInstanceRefreshNotFound(AutoscalingClientError):
    def __init__(self, group_name: str):
        super().__init__(
            "ActiveInstanceRefreshNotFound",
            f"No in progress or pending Instance Refresh found for Auto Scaling group {group_name}",
        )


def group_named(response: AutoScalingResponse):
    name = response._get_param("AutoScalingGroupName")
    groups = response.autoscaling_backend.describe_auto_scaling_groups([name])
    if not groups:
        raise ValidationError("AutoScalingGroup name not found - null")
    return groups[0]


@adds_to(AutoScalingResponse)
def start_instance_refresh(self):
    group = group_named(self)
    preferences = self._get_param("Preferences", {})
    refresh = {
        "InstanceRefreshId": str(uuid.uuid4()),
        "AutoScalingGroupName": group.name,
        "StartTime": utcnow(),
        "Preferences": preferences,
    }
    with one_at_a_time:
        wanted = group.ec2_launch_template.get_version(group.launch_template_version).number
        for state in list(group.active_instances()):
            if preferences.get("SkipMatching") and int(state.launch_template["Version"]) == wanted:
                continue
            launch_instances(group, 1, leaving=state)
            terminate_instance(group, state)
        update_load_balancers(group)
        refresh |= {
            "Status": "Successful",
            "EndTime": utcnow(),
            "PercentageComplete": 100,
            "InstancesToUpdate": 0,
        }
        refreshes_of(group).insert(0, refresh)
    return ActionResult({"InstanceRefreshId": refresh["InstanceRefreshId"]})


@adds_to(AutoScalingResponse)
def describe_instance_refreshes(self):
    ids = self._get_param("InstanceRefreshIds", [])
    refreshes = [one for one in refreshes_of(group_named(self)) if not ids or one["InstanceRefreshId"] in ids]
    return ActionResult({"InstanceRefreshes": refreshes})


@adds_to(AutoScalingResponse)
def cancel_instance_refresh(self):
    raise ActiveInstanceRefreshNotFound(group_named(self).name)


def refreshes_of(group) -> list[dict]:
    """The group's refreshes, newest first."""
    return group.__dict__.setdefault("instance_refreshes", [])
