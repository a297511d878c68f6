"""Scaling activities: every launch and termination is recorded, and published when it is over.

DescribeScalingActivities lists activities in progress first, then the newest
(https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-verify-scaling-activity.html,
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html). moto has
none. The events are those of
https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html.
"""

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models.instances import Instance

from . import replaces
from .event_bus import publish

ENDS = {
    "Launch": {"Origin": "EC2", "Destination": "AutoScalingGroup"},
    "Terminate": {"Origin": "AutoScalingGroup", "Destination": "EC2"},
}


@dataclass
class Activity:
    """A launch or a termination of one instance."""

    group: FakeAutoScalingGroup
    kind: str
    """Launch or Terminate."""
    description: str
    cause: str
    details: dict[str, str]
    instance_id: str = ""
    status_code: str = "InProgress"
    status_message: str = ""
    start_time: datetime = field(default_factory=utcnow)
    end_time: datetime | None = None
    activity_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def answer(self) -> dict:
        """The activity in the form of DescribeScalingActivities."""
        reason = f".  Status Reason: {self.status_message}" if self.status_message else ""
        return {
            "ActivityId": self.activity_id,
            "AutoScalingGroupName": self.group.name,
            "AutoScalingGroupARN": self.group.arn,
            "Description": self.description + reason,
            "Cause": self.cause,
            "StartTime": self.start_time,
            "EndTime": self.end_time,
            "StatusCode": self.status_code,
            "StatusMessage": self.status_message or None,
            "Progress": 100 if self.end_time else 50,
            "Details": json.dumps(self.details),
        }


def launch_activity(group: FakeAutoScalingGroup, subnet_id: str, zone: str) -> Activity:
    cause = (
        f"At {timestamp(utcnow())} an instance was started in response to a difference between desired and actual "
        f"capacity; the desired capacity is {group.desired_capacity}."
    )
    details = {"Subnet ID": subnet_id, "Availability Zone": zone}
    return record(Activity(group, "Launch", "Launching a new EC2 instance", cause, details))


def termination_activity(group: FakeAutoScalingGroup, instance: Instance, cause: str) -> Activity:
    """`cause` completes "an instance was taken out of service in response to"."""
    return record(
        Activity(
            group,
            "Terminate",
            f"Terminating EC2 instance: {instance.id}",
            f"At {timestamp(utcnow())} an instance was taken out of service in response to {cause}.",
            {"Subnet ID": instance.subnet_id, "Availability Zone": instance.placement.zone},
            instance.id,
        )
    )


def record(activity: Activity) -> Activity:
    activities_of(activity.group.autoscaling_backend).insert(0, activity)
    return activity


def finish(activity: Activity, status_code: str = "Successful", status_message: str = "") -> None:
    """Ends an activity as Successful, Failed or Cancelled; does nothing if it has ended already."""
    if activity.end_time:
        return
    activity.status_code, activity.status_message, activity.end_time = status_code, status_message, utcnow()
    group = activity.group
    succeeded = status_code == "Successful"
    detail = {
        # As in AWS's examples: the event of a success still says InProgress.
        "StatusCode": "InProgress" if succeeded else "Failed",
        "Description": activity.description,
        "AutoScalingGroupName": group.name,
        "ActivityId": activity.activity_id,
        "RequestId": activity.activity_id,
        "Details": activity.details,
        "StatusMessage": status_message,
        "StartTime": timestamp(activity.start_time),
        "EndTime": timestamp(activity.end_time),
        "EC2InstanceId": activity.instance_id,
        "Cause": activity.cause,
        **ENDS[activity.kind],
    }
    publish(
        group.account_id,
        group.region,
        "aws.autoscaling",
        f"EC2 Instance {activity.kind} {'Successful' if succeeded else 'Unsuccessful'}",
        [group.arn, f"arn:aws:ec2:{group.region}:{group.account_id}:instance/{activity.instance_id}"],
        detail,
    )


def timestamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def activities_of(backend) -> list[Activity]:
    """All activities of an account in a region, newest first; also those of deleted groups."""
    return backend.__dict__.setdefault("scaling_activities", [])


@replaces(AutoScalingResponse)
def describe_scaling_activities(_moto, self):
    ids, name = self._get_param("ActivityIds", []), self._get_param("AutoScalingGroupName")
    present = self.autoscaling_backend.autoscaling_groups.values()
    found = [
        activity
        for activity in activities_of(self.autoscaling_backend)
        if (not ids or activity.activity_id in ids)
        and (not name or activity.group.name == name)
        and (self._get_bool_param("IncludeDeletedGroups") or activity.group in present)
    ]
    found.sort(key=lambda activity: activity.end_time is not None)
    start = int(self._get_param("NextToken") or 0)
    end = start + self._get_int_param("MaxRecords", 100)
    return ActionResult(
        {
            "Activities": [activity.answer() for activity in found[start:end]],
            "NextToken": str(end) if end < len(found) else None,
        }
    )
