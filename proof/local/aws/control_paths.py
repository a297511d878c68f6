"""Paths that are not AWS's: who serves here, whose credentials, which faults, what became of events.

    GET /local-aws                              {"project", "code", "pid", "start", "mood"}: a new start id for every start
    GET /local-aws/credentials/ACCESS_KEY_ID    {"roleName", "secretAccessKey", "sessionToken", "expiration"} of credentials
                                                that STS made by AssumeRole; 404 for any others
    PUT /local-aws/faults                       replaces all faults, {} is none: see faults.py
    PUT /local-aws/target-health                replaces what is known of targets' health: see extensions/target_health.py
    PUT /local-aws/quotas                       replaces the account's quotas that are not the defaults: see
                                                extensions/account_quotas.py
    PUT /local-aws/clock                        sets the clock of the moods ahead, so that a test does not wait: see mood.py
    PUT, GET /local-aws/callers                 whose calls are judged by policies, and which rights they used: see callers/
    GET /local-aws/events                       every event published so far, oldest first, with what became of each delivery:
                                                see extensions/event_bus.py, event_delivery.py, lambda_async_invocation.py
    GET /local-aws/requests                     {"operations", "faults"}: how many requests came, and what AWS's models
                                                have otherwise: see request_contracts.py
"""

import json
import os
import uuid

import callers
import faults
from extensions import account_quotas, target_health
from extensions.checked_requests import checked
from extensions.event_bus import published
from mood import clock
from moto.sts.models import sts_backends
from options import options

ROOT = "/local-aws"


class ControlPaths:
    def __init__(self, project: str, code: str) -> None:
        self.identity = {"project": project, "code": code, "pid": os.getpid(), "start": str(uuid.uuid4())}
        self.identity["mood"] = options.mood

    def answers(self, path: str) -> bool:
        return path == ROOT or path.startswith(f"{ROOT}/")

    def __call__(self, environ, start_response):
        status, answer = self.answer(environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix(ROOT), environ)
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    def answer(self, method: str, path: str, environ) -> tuple[str, object]:
        match method, path.split("/"):
            case "GET", [""]:
                return "200 OK", self.identity
            case "GET", ["", "credentials", access_key_id]:
                found = credentials(access_key_id)
                return ("200 OK", found) if found else ("404 Not Found", {"error": f"no role has {access_key_id}"})
            case "PUT", ["", "faults"]:
                return put(faults.put, body_of(environ))
            case "PUT", ["", "target-health"]:
                return put(target_health.put, body_of(environ))
            case "PUT", ["", "quotas"]:
                return put(account_quotas.put, body_of(environ))
            case "PUT", ["", "clock"]:
                return put(clock.put, body_of(environ))
            case "PUT", ["", "callers"]:
                return put(callers.put, body_of(environ))
            case "GET", ["", "callers"]:
                return "200 OK", callers.used
            case "GET", ["", "events"]:
                return "200 OK", published
            case "GET", ["", "requests"]:
                return "200 OK", checked.answer()
        return "404 Not Found", {"error": f"there is no {method} {ROOT}{path}"}


def credentials(access_key_id: str) -> dict | None:
    for account in list(sts_backends.values()):
        for backend in list(account.values()):
            role = backend.get_assumed_role_from_access_key(access_key_id)
            if role:
                return {
                    "roleName": role.role_arn.split("/")[-1],
                    "secretAccessKey": role.secret_access_key,
                    "sessionToken": role.session_token,
                    "expiration": role.expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
                }
    return None


def body_of(environ) -> bytes:
    return environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))


def put(take, body: bytes) -> tuple[str, object]:
    """Gives the request's body to `take`. A ValueError of `take` becomes the answer."""
    try:
        given = json.loads(body)
        take(given)
    except ValueError as error:
        return "400 Bad Request", {"error": str(error)}
    return "200 OK", given
