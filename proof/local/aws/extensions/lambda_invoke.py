"""Invoke runs the function: at once, with the outcome in the answer, or later. moto would need a container
for it.

`RequestResponse` answers with the payload, with `X-Amz-Function-Error` if the function failed, and with
the log's last 4 KiB if asked for. `Event` queues the event (lambda_async_invocation.py). `DryRun` does
neither (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
"""

import base64
import json
import uuid

from invocation import accept, invoke_now
from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction

from . import replaces
from .lambda_async_invocation import invoke_later


@replaces(LambdaFunction)
def invoke(_moto, self, body, request_headers, response_headers):
    payload = readable(body)
    accept(self)
    invocation_type = request_headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    if invocation_type == "DryRun":
        return ""
    if invocation_type == "Event":
        invoke_later(self, payload)
        return ""
    ended, lines = invoke_now(self, payload, str(uuid.uuid4()))
    if ended.failed:
        response_headers["x-amz-function-error"] = "Unhandled"
    response_headers["x-amz-executed-version"] = "$LATEST"
    response_headers["x-amz-log-result"] = base64.b64encode("\n".join(lines).encode()[-4096:]).decode()
    return ended.payload


def readable(body: str | bytes) -> str:
    try:
        return json.dumps(json.loads(body or "{}"))
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        raise LambdaClientError("InvalidRequestContentException", message) from error
