"""The network interface of an instance or a NAT gateway is deleted with it.

RunInstances makes the primary interface with DeleteOnTermination
(https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html#change_term_behavior). AWS itself owns
the interface of a NAT gateway
(https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html). moto never deletes
either.
"""

from moto.ec2.models.instances import Instance
from moto.ec2.models.nat_gateways import NatGatewayBackend

from . import replaces


@replaces(Instance)
def terminate(moto, self):
    if 0 in self.nics:
        self.nics[0].delete_on_termination = True
    return moto(self)


@replaces(NatGatewayBackend)
def delete_nat_gateway(moto, self, nat_gateway_id):
    gateway = moto(self, nat_gateway_id)
    self.enis.pop(gateway._eni.id, None)
    return gateway
