"""One invocation: the deployed package in its own Node process, like a cold start on AWS.

The process has only the variables of Lambda's Node.js runtimes and of the function
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). It has nothing else of this
server's environment, so it can reach only the local AWS. STS makes its credentials from the function's
role for this invocation. Its AWS SDK is this project's, in place of the runtime's. The memory setting
limits the heap, and the timeout kills the process.
"""

import atexit
import io
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from moto.awslambda.models import LambdaFunction
from moto.sts.models import sts_backends

from options import options

RUNTIME = Path(__file__).parent / "lambdaRuntime.cjs"
SDK = Path(__file__).parents[3] / "node_modules" / "@aws-sdk"

places = threading.BoundedSemaphore(2 * (os.cpu_count() or 1))
"""AWS runs a thousand invocations at once. Here more than this would only slow down the others."""

children: dict[subprocess.Popen, str] = {}
"""The program that runs now and its folder. It is outside the project, because Node looks for packages in
parent folders.
"""


@dataclass(frozen=True)
class Ended:
    payload: str
    """JSON: what the handler returned, or `errorType` and `errorMessage`."""
    failed: bool
    output: list[str]
    """Lines of standard output and standard error."""
    seconds: float


def run(function: LambdaFunction, event: str, request_id: str, log_group: str, log_stream: str) -> Ended:
    with places, tempfile.TemporaryDirectory(prefix="local-aws-function-", ignore_cleanup_errors=True) as folder:
        unpack(function.code_bytes, Path(folder))
        context = {
            "functionName": function.function_name,
            "functionVersion": "$LATEST",
            "invokedFunctionArn": function.function_arn,
            "memoryLimitInMB": str(function.memory_size),
            "awsRequestId": request_id,
            "logGroupName": log_group,
            "logStreamName": log_stream,
        }
        began = time.monotonic()
        deadline = round((time.time() + int(function.timeout)) * 1000)
        given = json.dumps({"event": json.loads(event), "context": context, "deadline": deadline})
        status, answer, output = run_node(function, folder, context, given)
        seconds = time.monotonic() - began
    lines = output.splitlines()
    if answer and "result" in answer:
        return Ended(json.dumps(answer["result"]), False, lines, seconds)
    if answer:
        return Ended(json.dumps(answer["error"]), True, lines, seconds)
    if status is None:
        reason = f"Task timed out after {int(function.timeout):.2f} seconds"
        return Ended(error("Sandbox.Timedout", request_id, reason), True, lines, seconds)
    ending = f"signal: {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
    return Ended(exit_error(request_id, ending), True, lines, seconds)


def crash(request_id: str) -> Ended:
    """The result of an invocation whose process crashes before it answers."""
    return Ended(exit_error(request_id, "exit status 1"), True, [], 0)


def exit_error(request_id: str, ending: str) -> str:
    return error("Runtime.ExitError", request_id, f"Runtime exited with error: {ending}")


def error(error_type: str, request_id: str, message: str) -> str:
    return json.dumps({"errorType": error_type, "errorMessage": f"RequestId: {request_id} Error: {message}"})


def run_node(function: LambdaFunction, folder: str, context: dict, given: str) -> tuple[int | None, dict | None, str]:
    """Exit status (None: killed at the timeout), the runtime's answer (None: nothing), and the output."""
    held, lifeline = os.pipe()
    try:
        with tempfile.TemporaryFile() as answer:
            child = subprocess.Popen(
                ["node", f"--max-old-space-size={function.memory_size}", RUNTIME, str(held), str(answer.fileno())],
                cwd=folder,
                env=environment(function, folder, context),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(held, answer.fileno()),
                start_new_session=True,
            )
            children[child] = folder
            try:
                output, _ = child.communicate(given.encode(), timeout=int(function.timeout))
                status = child.returncode
            except subprocess.TimeoutExpired:
                kill(child)
                output, _ = child.communicate()
                status = None
            finally:
                children.pop(child, None)
            answer.seek(0)
            text = answer.read()
            return status, json.loads(text) if text else None, output.decode(errors="replace")
    finally:
        os.close(held)
        os.close(lifeline)


def environment(function: LambdaFunction, folder: str, context: dict) -> dict[str, str]:
    role = sts_backends[function.account_id][function.partition].assume_role(
        region_name=function.region,
        role_session_name=function.function_name,
        role_arn=function.role,
        policy=None,
        duration=3600,
        external_id=None,
    )
    return {
        **function.environment_vars,
        "_HANDLER": function.handler,
        "AWS_ACCESS_KEY_ID": role.access_key_id,
        "AWS_SECRET_ACCESS_KEY": role.secret_access_key,
        "AWS_SESSION_TOKEN": role.session_token,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_ENDPOINT_URL": options.function_endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_LOG_FORMAT": function.kept_settings.get("LoggingConfig", {}).get("LogFormat", "Text"),
        "AWS_LAMBDA_LOG_GROUP_NAME": context["logGroupName"],
        "AWS_LAMBDA_LOG_STREAM_NAME": context["logStreamName"],
        "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true",
        "LAMBDA_TASK_ROOT": folder,
        "LANG": "en_US.UTF-8",
        "PATH": os.environ["PATH"],
        "TZ": ":UTC",
    }


def unpack(package: bytes, folder: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        archive.extractall(folder)
    modules = folder / "node_modules"
    modules.mkdir(exist_ok=True)
    if not (modules / "@aws-sdk").exists():
        (modules / "@aws-sdk").symlink_to(SDK)


def kill(child: subprocess.Popen) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


@atexit.register
def end_children() -> None:
    for child, folder in list(children.items()):
        kill(child)
        shutil.rmtree(folder, ignore_errors=True)


if shutil.which("node") is None:
    raise RuntimeError("node is not in PATH: deployed functions run in it")
