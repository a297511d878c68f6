"""Delivery of an event to a rule's target: permission, retries, dead-letter queue.

EventBridge invokes a Lambda function asynchronously. It is done as soon as Lambda has accepted the event.
lambda_async_invocation.py does the rest.

- The function's resource policy must let events.amazonaws.com invoke it, with the rule's ARN as the
  source's
  (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-lambda-permissions).
- If Lambda refuses the event for now, delivery is tried again, with exponential back-off and jitter. It
  ends after the target's MaximumRetryAttempts (185) or MaximumEventAgeInSeconds (86400)
  (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html). AWS does not
  document the intervals. If the permission or the function is missing, delivery is not tried again.
- Then the event goes to the target's dead-letter queue, with the reason in its attributes. The queue's
  policy must let events.amazonaws.com send for this rule; otherwise the event is lost
  (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).

A queue is a target too: its policy must let events.amazonaws.com send for the rule, as for dead letters.

Not implemented are targets other than functions and queues, and inputs other than the event itself. Such an
event is lost, with that reason.
"""

import json
import random
import time

import dead_letters
import faults
from background import after
from invocation import ServiceException, accept
from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.events.models import Rule
from options import options
from policies import Request, is_allowed, policy_statements

from .lambda_async_invocation import invoke_later

EVENT_BRIDGE = "events.amazonaws.com"


class Undeliverable(Exception):
    """The target refuses the event, and would refuse it again; `code` is the dead letter's ERROR_CODE."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


def deliver(event: dict, rule: Rule, target: dict) -> list[dict]:
    """Begins the delivery to one target and returns at once. Each result describes one arrival, and is
    updated later: `rule` (name), `target` (ARN), `attempts`, `outcome` (pending, delivered, dead letter,
    lost), `reason` of a failure, and `invocation` of invoke_later(). There is more than one result, or one
    lost from the start, only if a fault asks for it.
    """
    told = {"rule": rule.name, "target": target["Arn"], "attempts": 0, "outcome": "pending"}
    told |= {"reason": None, "invocation": None}
    arrivals = faults.current.arrivals()
    if not arrivals:
        return [told | {"outcome": "lost", "reason": "dropped by a fault"}]
    deliveries = [dict(told) for _ in arrivals]
    for seconds, delivery in zip(arrivals, deliveries, strict=True):
        after(seconds, attempt, event, rule, target, delivery, time.monotonic())
    return deliveries


def attempt(event: dict, rule: Rule, target: dict, delivery: dict, began: float) -> None:
    delivery["attempts"] += 1
    try:
        delivery["invocation"] = invoke(event, rule, target)
        delivery["outcome"] = "delivered"
    except Undeliverable as refusal:
        give_up(event, rule, target, delivery, refusal.code, str(refusal), None)
    except ServiceException as failure:
        policy = target.get("RetryPolicy", {})
        wait = options.scaled(min(300, 2 ** (delivery["attempts"] - 1)) * random.uniform(0.5, 1))
        age = time.monotonic() + wait - began
        if delivery["attempts"] > policy.get("MaximumRetryAttempts", 185):
            exhausted = "MaximumRetryAttempts"
        elif age > options.scaled(policy.get("MaximumEventAgeInSeconds", 86400)):
            exhausted = "MaximumEventAgeInSeconds"
        else:
            after(wait, attempt, event, rule, target, delivery, began)
            return
        give_up(event, rule, target, delivery, "ERROR_FROM_TARGET", failure.message, exhausted)
    except Exception as error:
        delivery |= {"outcome": "lost", "reason": f"this local AWS failed: {error!r}"}
        raise


def invoke(event: dict, rule: Rule, target: dict) -> dict | None:
    arn = target["Arn"]
    inputs = {"Input", "InputPath", "InputTransformer"} & set(target)
    if ":sqs:" in arn and not inputs:
        refusal = send_to_queue(arn, event, rule, {})
        if refusal:
            raise Undeliverable("NO_PERMISSIONS", refusal)
        return None
    if ":lambda:" not in arn or inputs:
        what = f"{', '.join(sorted(inputs))} of target {arn}" if inputs else f"target {arn}"
        raise Undeliverable("INVALID_PARAMETER", f"{what} is not implemented by this local AWS")
    function = find_function(arn)
    request = Request(
        "lambda:InvokeFunction",
        function.function_arn,
        EVENT_BRIDGE,
        {"aws:sourcearn": rule.arn, "aws:sourceaccount": rule.account_id},
    )
    if not is_allowed(function.policy.statements, request):
        raise Undeliverable("NO_PERMISSIONS", f"{EVENT_BRIDGE} may not invoke {arn} for {rule.arn}")
    accept(function)
    return invoke_later(function, json.dumps(event))


def find_function(arn: str) -> LambdaFunction:
    _, _, _, region, account_id = arn.split(":")[:5]
    try:
        return lambda_backends[account_id][region].get_function(arn)
    except UnknownFunctionException as unknown:
        raise Undeliverable("NO_RESOURCE", f"there is no function {arn}") from unknown


def give_up(
    event: dict, rule: Rule, target: dict, delivery: dict, code: str, message: str, exhausted: str | None
) -> None:
    attributes = {
        "RULE_ARN": rule.arn,
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": code,
        "ERROR_MESSAGE": message,
        **({"EXHAUSTED_RETRY_CONDITION": exhausted, "RETRY_ATTEMPTS": delivery["attempts"] - 1} if exhausted else {}),
    }
    delivery["reason"] = f"{code}: {message}"
    refusal = send_dead_letter(target.get("DeadLetterConfig", {}).get("Arn"), event, rule, attributes)
    delivery["outcome"] = "lost" if refusal else "dead letter"
    if refusal:
        delivery["reason"] += f"; {refusal}"
        print(f"event {event['id']} for {rule.name} is lost: {delivery['reason']}", flush=True)


def send_dead_letter(queue_arn: str | None, event: dict, rule: Rule, attributes: dict) -> str | None:
    """Why there is no dead letter; None if there is one."""
    if queue_arn is None:
        return "the target has no dead-letter queue"
    return send_to_queue(queue_arn, event, rule, attributes)


def send_to_queue(queue_arn: str, event: dict, rule: Rule, attributes: dict) -> str | None:
    """Why the event is not in the queue; None if it is."""
    queue = dead_letters.find_queue(queue_arn)
    context = {"aws:sourcearn": rule.arn, "aws:sourceaccount": rule.account_id}
    request = Request("sqs:SendMessage", queue_arn, EVENT_BRIDGE, context)
    if queue is None:
        return f"there is no queue {queue_arn}"
    if not is_allowed(policy_statements(queue.policy), request):
        return f"the policy of {queue_arn} does not let {EVENT_BRIDGE} send for {rule.arn}"
    dead_letters.send(queue_arn, json.dumps(event), attributes)
    return None
