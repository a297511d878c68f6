"""A function's log: its output and Lambda's own records, in its CloudWatch log group.

Lambda writes with the function's role. The role needs logs:CreateLogStream and logs:PutLogEvents on the
group, and logs:CreateLogGroup if there is no group
(https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html). Records that the role may
not write are lost; the server's log says so. The function's LoggingConfig chooses text or JSON
(https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html).
"""

import json
import uuid
from datetime import datetime, timezone

from moto.awslambda.models import LambdaFunction
from moto.logs.models import logs_backends

from invocation_end import Ended
from policies import Request, role_is_allowed


def log_group_of(function: LambdaFunction) -> str:
    return function.kept_settings.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function.function_name}"


def new_log_stream() -> str:
    return f"{datetime.now(timezone.utc):%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}"


def records(function: LambdaFunction, request_id: str, ended: Ended) -> list[str]:
    """What Lambda logs of an invocation: its start, the function's output, an error of the runtime, the
    report.
    """
    milliseconds = f"{ended.seconds * 1000:.2f}"
    error = json.loads(ended.payload) if ended.failed else {}
    runtime_error = [error["errorMessage"]] if error.get("errorType") in ("Sandbox.Timedout", "Runtime.ExitError") else []
    if function.kept_settings.get("LoggingConfig", {}).get("LogFormat") != "JSON":
        return [
            f"START RequestId: {request_id} Version: $LATEST",
            *ended.output,
            *runtime_error,
            f"END RequestId: {request_id}",
            f"REPORT RequestId: {request_id}\tDuration: {milliseconds} ms\tMemory Size: {function.memory_size} MB",
        ]
    report = {"requestId": request_id, "metrics": {"durationMs": float(milliseconds)}, "status": status_of(error)}
    return [
        platform_record("platform.start", {"requestId": request_id, "version": "$LATEST"}),
        *ended.output,
        *runtime_error,
        platform_record("platform.report", report),
    ]


def status_of(error: dict) -> str:
    kinds = {None: "success", "Sandbox.Timedout": "timeout", "Runtime.ExitError": "failure"}
    return kinds.get(error.get("errorType"), "error")


def platform_record(record_type: str, record: dict) -> str:
    time = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": time, "type": record_type, "record": record})


def write(function: LambdaFunction, stream: str, lines: list[str]) -> None:
    group = log_group_of(function)
    logs = logs_backends[function.account_id][function.region]
    arn = f"arn:aws:logs:{function.region}:{function.account_id}:log-group:{group}"
    wanted = [("logs:CreateLogStream", f"{arn}:log-stream:{stream}"), ("logs:PutLogEvents", f"{arn}:log-stream:{stream}")]
    if group not in logs.groups:
        wanted.insert(0, ("logs:CreateLogGroup", f"{arn}:*"))
    refused = [action for action, resource in wanted if not role_is_allowed(function.role, Request(action, resource))]
    if refused:
        reason = f"{function.role} may not {', '.join(refused)} on {arn}"
        print(f"{function.function_name}: its log is lost, {reason}", flush=True)
        return
    logs.ensure_log_group(group)
    if stream not in logs.groups[group].streams:
        logs.create_log_stream(group, stream)
    now = round(datetime.now(timezone.utc).timestamp() * 1000)
    logs.put_log_events(group, stream, [{"timestamp": now, "message": line} for line in lines])
