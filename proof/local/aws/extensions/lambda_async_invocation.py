"""Asynchronous invocation: a failing function runs twice more, then the event goes to the function's
dead-letter queue.

The second attempt comes after one minute, the third after two more, with the same request id
(https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html). These are the
defaults; an event invoke config is ignored here. The message in the queue is the unchanged event. Its
attributes are RequestID, ErrorCode and the first KiB of ErrorMessage. Lambda sends it with the function's
role, which needs sqs:SendMessage. If it cannot send, it counts DeadLetterErrors and the event is lost
(https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html).
"""

import json
import uuid

import dead_letters
from background import after
from invocation import count, invoke_now
from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.core.utils import utcnow
from options import options
from policies import Request, role_is_allowed

WAITS = (60, 120)
"""Seconds before the second and the third attempt."""


def invoke_later(function: LambdaFunction, payload: str) -> dict:
    """Queues an event for a function and returns at once. The result describes the event, and is updated
    later: `requestId`, `errors` (one for each failed attempt, JSON), `outcome` (pending, succeeded, dead
    letter, lost).
    """
    invocation = {"requestId": str(uuid.uuid4()), "outcome": "pending", "errors": []}
    after(0, attempt, function, payload, invocation)
    return invocation


def attempt(function: LambdaFunction, payload: str, invocation: dict) -> None:
    if function is not current(function):
        invocation["errors"].append({"errorMessage": "the function was deleted"})
        invocation["outcome"] = "lost"
        return
    try:
        ended, _ = invoke_now(function, payload, invocation["requestId"])
    except Exception as error:
        invocation["errors"].append({"errorMessage": f"this local AWS failed: {error!r}"})
        invocation["outcome"] = "lost"
        raise
    if not ended.failed:
        invocation["outcome"] = "succeeded"
        return
    failures = len(invocation["errors"])
    invocation["errors"].append(json.loads(ended.payload))
    if failures < len(WAITS):
        after(options.scaled(WAITS[failures]), attempt, function, payload, invocation)
    else:
        invocation["outcome"] = give_up(function, payload, invocation)


def current(function: LambdaFunction) -> LambdaFunction | None:
    functions = lambda_backends[function.account_id][function.region].list_functions()
    return next((one for one in functions if one.function_arn == function.function_arn), None)


def give_up(function: LambdaFunction, payload: str, invocation: dict) -> str:
    queue_arn = function.kept_settings.get("DeadLetterConfig", {}).get("TargetArn")
    if not queue_arn:
        return "lost"
    if not role_is_allowed(function.role, Request("sqs:SendMessage", queue_arn)):
        return failed(function, f"{function.role} may not sqs:SendMessage to {queue_arn}")
    attributes = {
        "RequestID": invocation["requestId"],
        "ErrorCode": 200,
        "ErrorMessage": invocation["errors"][-1]["errorMessage"][:1024],
    }
    if not dead_letters.send(queue_arn, payload, attributes):
        return failed(function, f"there is no queue {queue_arn}")
    return "dead letter"


def failed(function: LambdaFunction, reason: str) -> str:
    print(f"{function.function_name}: an event is lost, {reason}", flush=True)
    count(function, "DeadLetterErrors", 1, utcnow())
    return "lost"
