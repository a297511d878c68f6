"""The local AWS: moto's server, with corrections where moto differs from AWS (one file each under
extensions/) and, where it is asked for, with AWS's delays and limits (mood.py).

    server.py --port 4566 --project /path/of/the/project --code DIGEST

`GET /local-aws` says whose server this is (control_paths.py has all paths that are not AWS's). Everything
is in memory, so the start id tells whether the resources of an earlier engine state still exist.
"""

import argparse
import os
import signal
import sys


# moto reads this when it is imported: every account has the policies that AWS manages.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server  # noqa: E402

import extensions  # noqa: E402
import moods  # noqa: E402
from callers.judged_calls import JudgedCalls  # noqa: E402
from control_paths import ControlPaths  # noqa: E402
from mood import MOODS  # noqa: E402
from options import options  # noqa: E402
from repeated_calls import RepeatedCalls  # noqa: E402


class LocalAws:
    """The WSGI application: moto, and the paths that are not AWS's."""

    def __init__(self, project: str, code: str) -> None:
        self.moto = JudgedCalls(RepeatedCalls(DomainDispatcherApplication(create_backend_app)))
        self.control_paths = ControlPaths(project, code)

    def __call__(self, environ, start_response):
        application = self.control_paths if self.control_paths.answers(environ["PATH_INFO"]) else self.moto
        return application(environ, start_response)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--project", required=True)
    parser.add_argument("--code", default="", help="what the starter calls this version of the code")
    parser.add_argument("--machines", action="store_true", help="somebody boots the instances")
    parser.add_argument("--time-scale", type=float, default=1.0, help="factor for every wait that AWS names")
    parser.add_argument("--hook-scale", type=float, help="factor for the time-outs of lifecycle hooks (default: --time-scale)")
    parser.add_argument("--mood", choices=MOODS, default="instant", help="how slow and strict AWS is: see mood.py")
    parser.add_argument("--function-endpoint", help="AWS_ENDPOINT_URL of deployed functions; default this server")
    arguments = parser.parse_args()
    options.machines = arguments.machines
    options.time_scale = arguments.time_scale
    options.hook_scale = arguments.hook_scale or arguments.time_scale
    options.mood = arguments.mood
    options.function_endpoint = arguments.function_endpoint or f"http://127.0.0.1:{arguments.port}"

    # Closing the terminal, or Ctrl-C in it, must not end this process.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

    extensions.load(extensions)
    extensions.load(moods)
    make_server(
        "127.0.0.1",
        arguments.port,
        LocalAws(arguments.project, arguments.code),
        threaded=True,
        request_handler=MotoRequestHandler,
    ).serve_forever()


if __name__ == "__main__":
    main()
