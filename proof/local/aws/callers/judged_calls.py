"""WSGI middleware: refuses the calls of judged callers that lack a right, as AWS does."""

import json
from xml.sax.saxutils import escape

import callers
from callers.calls import buffered, call_of
from callers.rights import rights_of
from policies import Request
from signature import signer

JSON_CODE = "AccessDeniedException"


class JudgedCalls:
    """Middleware around `application`."""

    def __init__(self, application) -> None:
        self.application = application

    def __call__(self, environ, start_response):
        if signer(environ.get("HTTP_AUTHORIZATION")) not in callers.statements:
            return self.application(environ, start_response)
        call = call_of(buffered(environ))
        for right in rights_of(call):
            if not callers.allows(call.access_key_id, Request(right.action, right.resource, context=right.context)):
                message = f"User: {call.access_key_id} is not authorized to perform: {right.action} on resource: {right.resource}"
                print(f"{call.name}: {message} with {right.context}", flush=True)
                return refuse(call.service, message, environ, start_response)
        return self.application(environ, start_response)


def refuse(service: str, message: str, environ, start_response) -> list[bytes]:
    """HTTP 403 in the form of the service."""
    kind, body = answer(service, message, environ)
    start_response("403 Forbidden", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def answer(service: str, message: str, environ) -> tuple[str, bytes]:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, and each service's Common Errors."""
    told = escape(message)
    if "HTTP_X_AMZ_TARGET" in environ or service == "lambda":
        return "application/x-amz-json-1.1", json.dumps({"__type": JSON_CODE, "message": message}).encode()
    if service == "s3":
        return "application/xml", f"<Error><Code>AccessDenied</Code><Message>{told}</Message></Error>".encode()
    if service == "ec2":
        error = f"<Error><Code>UnauthorizedOperation</Code><Message>{told}</Message></Error>"
        return "text/xml", f"<Response><Errors>{error}</Errors></Response>".encode()
    error = f"<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{told}</Message></Error>"
    return "text/xml", f"<ErrorResponse>{error}</ErrorResponse>".encode()
