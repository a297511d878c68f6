"""EC2 Instance Connect Endpoints: create, describe, delete.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateInstanceConnectEndpoint.html. An endpoint
is ready at once and has no tunnel.
"""

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.responses import EC2Response
from moto.ec2.utils import add_tag_specification, random_id

from . import adds_to


class InstanceConnectEndpointNotFound(EC2ClientError):
    def __init__(self, endpoint_id: str):
        super().__init__(
            "InvalidInstanceConnectEndpointId.NotFound",
            f"The instance connect endpoint ID '{endpoint_id}' does not exist",
        )


class InstanceConnectEndpoint(TaggedEC2Resource):
    def __init__(self, backend, subnet, security_group_ids, preserve_client_ip, tags):
        self.ec2_backend = backend
        self.id = self.instance_connect_endpoint_id = random_id(prefix="eice")
        self.owner_id = backend.account_id
        self.subnet_id, self.vpc_id, self.availability_zone = subnet.id, subnet.vpc_id, subnet.availability_zone
        self.security_group_ids = security_group_ids
        self.preserve_client_ip = preserve_client_ip
        self.state = "create-complete"
        self.created_at = utcnow()
        self.network_interface_ids: list[str] = []
        self.instance_connect_endpoint_arn = (
            f"arn:aws:ec2:{backend.region_name}:{backend.account_id}:instance-connect-endpoint/{self.id}"
        )
        self.dns_name = f"{self.id}.ec2-instance-connect-endpoint.{backend.region_name}.amazonaws.com"
        self.add_tags(tags)

    @property
    def tags(self):
        return self.get_tags()


@adds_to(EC2Response)
def create_instance_connect_endpoint(self):
    endpoint = InstanceConnectEndpoint(
        self.ec2_backend,
        self.ec2_backend.get_subnet(self._get_param("SubnetId")),
        self._get_param("SecurityGroupIds", []),
        self._get_bool_param("PreserveClientIp", False),
        add_tag_specification(self._get_param("TagSpecifications", [])),
    )
    endpoints_of(self.ec2_backend)[endpoint.id] = endpoint
    return ActionResult({"InstanceConnectEndpoint": endpoint})


@adds_to(EC2Response)
def describe_instance_connect_endpoints(self):
    endpoints = endpoints_of(self.ec2_backend)
    ids = self._get_param("InstanceConnectEndpointIds") or list(endpoints)
    for endpoint_id in ids:
        if endpoint_id not in endpoints:
            raise InstanceConnectEndpointNotFound(endpoint_id)
    return ActionResult({"InstanceConnectEndpoints": [endpoints[endpoint_id] for endpoint_id in ids]})


@adds_to(EC2Response)
def delete_instance_connect_endpoint(self):
    endpoint_id = self._get_param("InstanceConnectEndpointId")
    endpoint = endpoints_of(self.ec2_backend).pop(endpoint_id, None)
    if endpoint is None:
        raise InstanceConnectEndpointNotFound(endpoint_id)
    endpoint.state = "delete-complete"
    return ActionResult({"InstanceConnectEndpoint": endpoint})


def endpoints_of(backend) -> dict[str, InstanceConnectEndpoint]:
    return backend.__dict__.setdefault("instance_connect_endpoints", {})
