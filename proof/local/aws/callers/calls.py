"""Which operation of AWS a request is, with which parameters, and who sends it: by botocore's service models."""

import io
from dataclasses import dataclass

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
    operation: str
    """AWS's name of the request, for example `HeadBucket`."""
    region: str
    parameters: dict

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"


def call_of(environ) -> Call:
    """The call that a signed request makes. Raises NotFound if AWS has no such operation."""
    scope = CREDENTIAL.search(environ["HTTP_AUTHORIZATION"])
    service = scope["service"]
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    request = Request({**environ, "wsgi.input": io.BytesIO(body)})
    environ["wsgi.input"] = io.BytesIO(body)
    control = service == "s3" and environ["PATH_INFO"].startswith(S3_CONTROL_PATH)
    name = "s3control" if control else MODELS.get(service, service)
    operation, labels = get_service_router(name).match(request)
    protocol = determine_request_protocol(get_service_model(name), request.content_type)
    given = {
        "method": request.method,
        "values": request.values,
        "headers": request.headers,
        "body": body,
        "url_path": request.path,
        "url_params": labels,
    }
    streamed = service == "s3" and operation.name == "PutObject"
    parameters = labels if streamed else PROTOCOL_PARSERS[protocol](operation, map_type=dict).parse(given)
    return Call(scope["key"], service, operation.name, scope["region"], parameters)
