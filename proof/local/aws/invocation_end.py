"""How an invocation ended: with a result, an error of the handler, a timeout or a crash."""

import json
import signal
from dataclasses import dataclass

from moto.awslambda.models import LambdaFunction


@dataclass(frozen=True)
class Ended:
    payload: str
    """JSON: what the handler returned, or `errorType` and `errorMessage`."""
    failed: bool
    output: list[str]
    """Lines of standard output and standard error."""
    log_stream: str
    seconds: float


def timeout_error(function: LambdaFunction, request_id: str) -> str:
    return error("Sandbox.Timedout", request_id, f"Task timed out after {int(function.timeout):.2f} seconds")


def exit_error(request_id: str, status: int) -> str:
    ending = f"signal: {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
    return error("Runtime.ExitError", request_id, f"Runtime exited with error: {ending}")


def error(error_type: str, request_id: str, message: str) -> str:
    return json.dumps({"errorType": error_type, "errorMessage": f"RequestId: {request_id} Error: {message}"})
