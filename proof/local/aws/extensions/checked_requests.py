"""Every request is held to AWS's service models, and `GET /local-aws/requests` tells what came of it.

No request is refused here for what the models say: a fault shows in the report, with the operation and the parameter.
"""

from callers.calls import call_of
from moto.core.responses import BaseResponse
from moto.core.routing import NotFound
from request_contracts import CheckedRequests, request_faults

from . import replaces

checked = CheckedRequests()
ONCE = "local-aws.checked"


@replaces(BaseResponse)
def setup_class(moto, self, request, *args, **kwargs):
    answer = moto(self, request, *args, **kwargs)
    if not request.environ.get(ONCE):
        request.environ[ONCE] = True
        check(self, request)
    return answer


def check(response: BaseResponse, request) -> None:
    service = response.boto3_service_name
    try:
        call = call_of(request, service)
    except NotFound:
        checked.note(service, [f"{request.method} {request.path} is no operation"])
        return
    try:
        faults = request_faults(call)
    except Exception as error:  # whatever the request has, moto answers it
        faults = [f"its parameters cannot be read: {error!r}"]
    checked.note(f"{service} {call.operation}", faults)
