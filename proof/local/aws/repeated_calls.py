"""A call that the SDK repeats is answered as it was the first time.

AWS's Go SDK sometimes takes a good answer for a broken one when the answer comes within a millisecond on a machine short
of processors, and sends the call again (same `amz-sdk-invocation-id`,
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html). AWS is never that quick; here the repeated
call would find its own work done and fail: "already associated", "already exists". So the answers of calls that
changed something are kept for a while.
"""

from collections import OrderedDict
from threading import Lock

KEPT = 500


class RepeatedCalls:
    """WSGI middleware around `application`."""

    def __init__(self, application) -> None:
        self.application = application
        self.lock = Lock()
        self.answers: OrderedDict[str, tuple[str, list, bytes]] = OrderedDict()

    def __call__(self, environ, start_response):
        call = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if call is None or environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            return self.application(environ, start_response)
        with self.lock:
            kept = self.answers.get(call)
        status, headers, body = kept or self.first(call, environ)
        start_response(status, headers)
        return [body]

    def first(self, call: str, environ) -> tuple[str, list, bytes]:
        began: list = []
        chunks = self.application(environ, lambda status, headers, _error=None: began.extend((status, headers)))
        try:
            answer = (*began, b"".join(chunks))
        finally:
            getattr(chunks, "close", lambda: None)()
        if answer[0].startswith("2"):
            with self.lock:
                self.answers[call] = answer
                while len(self.answers) > KEPT:
                    self.answers.popitem(last=False)
        return answer
