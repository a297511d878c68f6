"""Metric alarms are evaluated every minute, and notify their topics when their state changes.

- A new alarm is INSUFFICIENT_DATA. A changed alarm keeps its state
  (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html). moto always
  says OK.
- alarm_state.py computes the state from the data. Only alarms on one metric with a plain statistic are
  implemented. The log names every other alarm as not evaluated.
- Its actions are SNS topics, whose policies must admit CloudWatch
  (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html).
"""

import json
from datetime import datetime, timedelta

import alarm_state
from background import after
from moto.cloudwatch.models import Alarm, CloudWatchBackend, Dimension, Statistics, cloudwatch_backends
from moto.core.utils import utcnow
from moto.sns.models import sns_backends
from options import options
from policies import Request, is_allowed, policy_statements

from . import replaces
from .sqs_metrics import record_queues

STATISTICS = ("Sum", "Maximum", "Minimum", "Average", "SampleCount")


@replaces(Alarm)
def __init__(moto, self, *args, **kwargs):
    moto(self, *args, **kwargs)
    self.state_value = "INSUFFICIENT_DATA"


@replaces(CloudWatchBackend)
def put_metric_alarm(moto, self, *, name, **settings):
    before = self.alarms.get(name)
    alarm = moto(self, name=name, **settings)
    if before:
        for kept in ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp", "history"):
            setattr(alarm, kept, getattr(before, kept))
    unknown = not_implemented(alarm)
    if unknown:
        print(f"alarm {name} is not evaluated: {unknown} is not implemented by this local AWS", flush=True)
    return alarm


def not_implemented(alarm: Alarm) -> str | None:
    if alarm.rule or alarm.metric_data_queries or alarm.extended_statistic:
        return "an alarm on other alarms, metric math or a percentile"
    if alarm.statistic not in STATISTICS:
        return f"statistic {alarm.statistic}"
    if alarm.comparison_operator not in alarm_state.COMPARISONS:
        return f"comparison {alarm.comparison_operator}"
    if (alarm.treat_missing_data or "missing") not in alarm_state.MISSING:
        return f"missing data treated as {alarm.treat_missing_data}"
    return None


def every_minute() -> None:
    after(options.scaled(60), every_minute)
    record_queues()
    for account_id, regions in list(cloudwatch_backends.items()):
        for region, backend in list(regions.items()):
            for alarm in list(backend.alarms.values()):
                if not not_implemented(alarm):
                    evaluate(alarm, backend, account_id, region)


def evaluate(alarm: Alarm, backend: CloudWatchBackend, account_id: str, region: str) -> None:
    before = alarm.state_value
    periods = int(alarm.evaluation_periods)
    rule = alarm_state.Rule(
        alarm.comparison_operator,
        float(alarm.threshold),
        periods,
        int(alarm.datapoints_to_alarm or periods),
        alarm.treat_missing_data or "missing",
    )
    now, reason = alarm_state.state(rule, data_points(alarm, backend, periods + alarm_state.FURTHER_PERIODS), before)
    if now != before:
        alarm.update_state(reason, "{}", now)
        by_state = {
            "OK": alarm.ok_actions,
            "ALARM": alarm.alarm_actions,
            "INSUFFICIENT_DATA": alarm.insufficient_data_actions,
        }
        for action in (by_state[now] or []) if alarm.actions_enabled else []:
            notify(action, alarm, before, account_id, region)


def data_points(alarm: Alarm, backend: CloudWatchBackend, periods: int) -> list[alarm_state.DataPoint]:
    """The last periods that have data, newest first. A period ends now; on AWS it ends at the full minute."""
    length = timedelta(seconds=options.scaled(int(alarm.period)))
    wanted = sorted_dimensions(alarm.dimensions)
    data = [
        datum
        for datum in list(backend.metric_data)
        if (datum.namespace, datum.name) == (alarm.namespace, alarm.metric_name)
        and sorted_dimensions(datum.dimensions) == wanted
    ]
    end, points = utcnow(), []
    for _ in range(periods):
        begin = end - length
        statistics = Statistics([alarm.statistic], begin)
        statistics.metric_data = [datum for datum in data if begin < naive(datum.timestamp) <= end]
        if statistics.metric_data:
            points.append(alarm_state.DataPoint(begin, float(statistics.get_statistics_for_type(alarm.statistic))))
        end = begin
    return points


def sorted_dimensions(dimensions: list[Dimension]) -> list[tuple[str, str]]:
    return sorted((dimension.name, dimension.value) for dimension in dimensions)


def naive(time: datetime) -> datetime:
    return time.replace(tzinfo=None)


def notify(action: str, alarm: Alarm, before: str, account_id: str, region: str) -> None:
    if ":sns:" not in action:
        print(f"alarm {alarm.name}: action {action} is not implemented by this local AWS", flush=True)
        return
    _, _, _, topic_region, topic_account, _ = action.split(":")
    sns = sns_backends[topic_account][topic_region]
    topic = sns.topics.get(action)
    context = {"aws:sourcearn": alarm.alarm_arn, "aws:sourceaccount": account_id, "aws:sourceowner": account_id}
    request = Request("sns:Publish", action, "cloudwatch.amazonaws.com", context)
    if topic is None or not is_allowed(policy_statements(topic.policy), request):
        refusal = "there is no such topic" if topic is None else "its policy does not admit cloudwatch.amazonaws.com"
        print(f"alarm {alarm.name} cannot tell {action}: {refusal}", flush=True)
        return
    message = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": account_id,
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": f"{alarm.state_updated_timestamp:%Y-%m-%dT%H:%M:%S}.000+0000",
        "Region": region,
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before,
    }
    sns.publish(json.dumps(message), arn=action, subject=f'{alarm.state_value}: "{alarm.name}" in {region}'[:99])


after(options.scaled(60), every_minute)
