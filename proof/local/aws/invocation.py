"""A run of a function with all that Lambda adds: log, metrics, and the faults that a test has set.

Each run counts in `AWS/Lambda` Invocations, and in Errors with 1 or 0, at the time of its start
(https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html).
"""

import faults
import function_log
import function_process
from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow

from invocation_end import Ended


class ServiceException(LambdaClientError):
    """Lambda itself fails, and the caller may try again
    (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
    """

    code = 500

    def __init__(self):
        super().__init__("ServiceException", "The AWS Lambda service encountered an internal error.")


def accept(function: LambdaFunction) -> None:
    """Raises ServiceException if a fault makes Lambda refuse invocations of this function."""
    if faults.current.functions.get(function.function_name) == "unavailable":
        raise ServiceException


def invoke_now(function: LambdaFunction, payload: str, request_id: str) -> tuple[Ended, list[str]]:
    """Runs the function once; returns the result and the log. `payload` is JSON."""
    began = utcnow()
    if faults.current.functions.get(function.function_name) == "fail":
        ended = function_process.crash(request_id)
    else:
        ended = function_process.run(function, payload, request_id)
    lines = function_log.records(function, request_id, ended)
    function_log.write(function, ended.log_stream, lines)
    count(function, "Invocations", 1, began)
    count(function, "Errors", int(ended.failed), began)
    return ended, lines


def count(function: LambdaFunction, metric: str, value: int, timestamp) -> None:
    dimensions = [{"Name": "FunctionName", "Value": function.function_name}]
    datum = {"MetricName": metric, "Dimensions": dimensions, "Value": value, "Timestamp": timestamp, "Unit": "Count"}
    cloudwatch_backends[function.account_id][function.region].put_metric_data("AWS/Lambda", [datum])
