"""Metric filters: each log event that matches a filter's pattern becomes a data point of its metric.

Only patterns of quoted terms are implemented: an event matches if it has all of them
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html). The log names every
other filter as not evaluated. moto keeps filters, and never applies them.
"""

import re

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow
from moto.logs.models import LogsBackend

from . import replaces

TERMS = re.compile(r'("[^"]+"\s*)+')


@replaces(LogsBackend)
def put_metric_filter(moto, self, filter_name, filter_pattern, log_group_name, metric_transformations):
    moto(self, filter_name, filter_pattern, log_group_name, metric_transformations)
    if not TERMS.fullmatch(filter_pattern):
        print(f"metric filter {filter_name} is not evaluated: the pattern {filter_pattern} has more than quoted terms", flush=True)


@replaces(LogsBackend)
def put_log_events(moto, self, log_group_name, log_stream_name, log_events):
    answer = moto(self, log_group_name, log_stream_name, log_events)
    for one in self.filters.get_matching_filters(None, log_group_name):
        if not TERMS.fullmatch(one["filterPattern"]):
            continue
        terms = re.findall(r'"([^"]+)"', one["filterPattern"])
        for event in log_events:
            if all(term in event["message"] for term in terms):
                record(self, one["metricTransformations"])
    return answer


def record(logs: LogsBackend, transformations: list[dict]) -> None:
    for given in transformations:
        datum = {"MetricName": given["metricName"], "Value": float(given["metricValue"]), "Timestamp": utcnow()}
        backend = cloudwatch_backends[logs.account_id][logs.region_name]
        backend.put_metric_data(given["metricNamespace"], [datum | {"Dimensions": []}])
