"""A call that the SDK repeats gets the same answer as the first time.

On a machine with few processors, AWS's Go SDK sometimes misreads a good answer that comes within a
millisecond. It then sends the call again with the same `amz-sdk-invocation-id`
(https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html). AWS is never that quick.
Here the repeated call would find its own result and fail: "already associated", "already exists". So the
answers of calls that change something are kept for a while.
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
