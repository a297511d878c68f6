"""Invocations of functions in execution environments.

As on AWS, an environment serves further invocations while they come, and the first one is a cold start. A timeout or a
crash ends it, and so does a change of the function. Here an environment also ends after a minute without an
invocation, and after ten minutes in all, so that cold starts happen again and again.
"""

import json
import os
import threading
import time

from moto.awslambda.models import LambdaFunction

from execution_environment import ExecutionEnvironment
from function_log import log_group_of, new_log_stream
from invocation_end import Ended, exit_error, timeout_error

IDLE_SECONDS = 60
LIFE_SECONDS = 600

places = threading.BoundedSemaphore(2 * (os.cpu_count() or 1))
"""AWS runs a thousand invocations at once. Here more than this would only slow down the others."""

lock = threading.Lock()
idle: list[tuple[str, float, ExecutionEnvironment]] = []
"""The function and its settings, the time of the last invocation, and the environment that waits."""


def run(function: LambdaFunction, event: str, request_id: str) -> Ended:
    with places:
        began = time.monotonic()
        deadline = round((time.time() + int(function.timeout)) * 1000)
        environment = take(function)
        context = {
            "functionName": function.function_name,
            "functionVersion": "$LATEST",
            "invokedFunctionArn": function.function_arn,
            "memoryLimitInMB": str(function.memory_size),
            "awsRequestId": request_id,
            "logGroupName": log_group_of(function),
            "logStreamName": environment.log_stream,
        }
        given = {"event": json.loads(event), "context": context, "deadline": deadline}
        answer, output = environment.invoke(given, int(function.timeout))
        if answer:
            keep(function, environment)
            failed, payload = "error" in answer, json.dumps(answer.get("error", answer.get("result")))
        else:
            timed_out = time.time() * 1000 >= deadline
            status = environment.end()
            failed, payload = True, timeout_error(function, request_id) if timed_out else exit_error(request_id, status)
        lines = output.decode(errors="replace").splitlines()
        return Ended(payload, failed, lines, environment.log_stream, time.monotonic() - began)


def crash(request_id: str) -> Ended:
    """The result of an invocation whose process crashes before it answers."""
    return Ended(exit_error(request_id, 1), True, [], new_log_stream(), 0)


def take(function: LambdaFunction) -> ExecutionEnvironment:
    """An environment that waits for an invocation of this function, or a new one."""
    end_old_ones()
    wanted = identity(function)
    with lock:
        for entry in reversed(idle):
            if entry[0] == wanted:
                idle.remove(entry)
                return entry[2]
    return ExecutionEnvironment(function)


def keep(function: LambdaFunction, environment: ExecutionEnvironment) -> None:
    with lock:
        idle.append((identity(function), time.monotonic(), environment))


def end_old_ones() -> None:
    now = time.monotonic()
    with lock:
        old = [
            entry
            for entry in idle
            if entry[1] + IDLE_SECONDS < now or entry[2].began + LIFE_SECONDS < now or entry[2].ended() is not None
        ]
        for entry in old:
            idle.remove(entry)
    for *_, environment in old:
        environment.end()


def identity(function: LambdaFunction) -> str:
    """What an environment depends on. Another role or setting takes effect with a new environment."""
    parts = [
        function.function_arn,
        function.code_sha_256,
        function.role,
        function.handler,
        function.memory_size,
        function.environment_vars,
        function.kept_settings,
    ]
    return json.dumps(parts, sort_keys=True, default=str)
