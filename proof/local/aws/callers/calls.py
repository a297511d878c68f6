"""Which operation of AWS a request is, with which parameters, and who sends it: by botocore's service models."""

import io
from dataclasses import dataclass
from functools import cached_property

from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model

from signature import CREDENTIAL

# Names that a signature has, where botocore's models have another.
MODELS = {"monitoring": "cloudwatch", "elasticloadbalancing": "elbv2", "servicequotas": "service-quotas"}
S3_CONTROL_PATH = "/v20180820/"


@dataclass(frozen=True)
class Call:
    access_key_id: str
    service: str
    """The name in the signature, for example `elasticloadbalancing`."""
    region: str
    model: OperationModel
    protocol: str
    parts: dict
    """What the parsers of `protocol` read."""

    @property
    def operation(self) -> str:
        """AWS's name of the request, for example `HeadBucket`."""
        return self.model.name

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    @cached_property
    def parameters(self) -> dict:
        if self.service == "s3" and self.operation == "PutObject":  # its body is no document
            return self.parts["url_params"]
        return PROTOCOL_PARSERS[self.protocol](self.model, map_type=dict).parse(self.parts)


def call_of(request: Request, model_name: str | None = None) -> Call:
    """The call that a request makes, by the model that its signature names, or this one. Raises NotFound if AWS has no such
    operation.
    """
    signature = CREDENTIAL.search(request.headers.get("Authorization", ""))
    scope = signature.groupdict() if signature else {"key": "", "region": "", "service": model_name}
    service = scope["service"]
    control = service == "s3" and request.path.startswith(S3_CONTROL_PATH)
    service_model = get_service_model(model_name or ("s3control" if control else MODELS.get(service, service)))
    model, labels = get_service_router(service_model.service_name).match(request)
    parts = {
        "method": request.method,
        "values": request.values,
        "headers": request.headers,
        "body": request.data,
        "url_path": request.path,
        "url_params": labels,
    }
    protocol = determine_request_protocol(service_model, request.content_type)
    return Call(scope["key"], service, scope["region"], model, protocol, parts)


def buffered(environ) -> Request:
    """The request of a WSGI environment, whose body the next application can read again."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return Request({**environ, "wsgi.input": io.BytesIO(body)})
