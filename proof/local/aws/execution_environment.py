"""A Node process that serves a function's invocations, one after the other, like an execution environment of
Lambda (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).

The process has only the variables of Lambda's Node.js runtimes and of the function
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). It has nothing else of this
server's environment, so it can reach only the local AWS. STS makes its credentials from the function's
role when it starts. Its AWS SDK is this project's, in place of the runtime's. The memory setting limits the heap.
"""

import atexit
import io
import json
import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
import zipfile
from pathlib import Path

from moto.awslambda.models import LambdaFunction
from moto.sts.models import sts_backends

from function_log import log_group_of, new_log_stream
from options import options

RUNTIME = Path(__file__).parent / "lambdaRuntime.cjs"
SDK = Path(__file__).parents[3] / "node_modules" / "@aws-sdk"

living: set["ExecutionEnvironment"] = set()


class ExecutionEnvironment:
    def __init__(self, function: LambdaFunction):
        self.began = time.monotonic()
        self.log_stream = new_log_stream()
        # Outside the project, because Node looks for packages in parent folders.
        self.folder = Path(tempfile.mkdtemp(prefix="local-aws-function-"))
        unpack(function.code_bytes, self.folder)
        held, self.lifeline = os.pipe()
        self.answers, answering = os.pipe()
        try:
            self.child = subprocess.Popen(
                ["node", f"--max-old-space-size={function.memory_size}", RUNTIME, str(held), str(answering)],
                cwd=self.folder,
                env=variables(function, self.folder, self.log_stream),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(held, answering),
                start_new_session=True,
            )
        finally:
            os.close(held)
            os.close(answering)
        os.set_blocking(self.child.stdout.fileno(), False)
        living.add(self)

    def invoke(self, invocation: dict, timeout: float) -> tuple[dict | None, bytes]:
        """The runtime's answer and the output. No answer: the process ended, or did not answer in `timeout` seconds;
        `ended` tells which, and no further invocation may follow.
        """
        try:
            self.child.stdin.write(json.dumps(invocation).encode() + b"\n")
            self.child.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended, and its output tells why
        deadline = time.monotonic() + timeout
        output, answer = b"", b""
        with selectors.DefaultSelector() as ready:
            ready.register(self.child.stdout, selectors.EVENT_READ)
            ready.register(self.answers, selectors.EVENT_READ)
            while not answer.endswith(b"\n") and (left := deadline - time.monotonic()) > 0:
                for key, _ in ready.select(left):
                    part = os.read(key.fd, 65536)
                    if not part:
                        ready.unregister(key.fileobj)
                    elif key.fd == self.answers:
                        answer += part
                    else:
                        output += part
                if not ready.get_map():
                    break
        return json.loads(answer) if answer.endswith(b"\n") else None, output + self.output_so_far()

    def output_so_far(self) -> bytes:
        """Node writes to pipes at once, so what came before an answer is here: https://nodejs.org/api/process.html"""
        output = b""
        try:
            while part := os.read(self.child.stdout.fileno(), 65536):
                output += part
        except BlockingIOError:
            pass
        return output

    def ended(self) -> int | None:
        """The exit status; None if the process runs."""
        return self.child.poll()

    def end(self) -> int:
        """Ends the process, and returns its exit status."""
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        status = self.child.wait()
        self.child.stdout.close()
        try:
            self.child.stdin.close()
        except BrokenPipeError:
            pass
        if self in living:
            living.discard(self)
            os.close(self.lifeline)
            os.close(self.answers)
        shutil.rmtree(self.folder, ignore_errors=True)
        return status


def variables(function: LambdaFunction, folder: Path, log_stream: str) -> dict[str, str]:
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
        "AWS_LAMBDA_LOG_GROUP_NAME": log_group_of(function),
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true",
        "LAMBDA_TASK_ROOT": str(folder),
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


@atexit.register
def end_all() -> None:
    for environment in list(living):
        environment.end()


if shutil.which("node") is None:
    raise RuntimeError("node is not in PATH: deployed functions run in it")
