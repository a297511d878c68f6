"""A terminated instance stays visible for an hour, without addresses and network interfaces. Its addresses
are reused late.

"After you terminate an instance, it remains visible for a short while ... and then the entry is
automatically deleted"
(https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/how-ec2-instance-termination-works.html). This usually
takes an hour. The network interface is deleted with the instance. moto shows the instance with all its
attributes for ever, and gives its address to the next instance. Then DNS records of the old instance would
lead to the new one.
"""

import time

from moto.ec2.models.instances import Instance, InstanceBackend
from moto.ec2.models.subnets import Subnet
from options import options

from . import replaces

VISIBLE_SECONDS = 60 * 60


@replaces(Instance)
def terminate(moto, self):
    if self.state != "terminated":
        self.terminated_at = time.monotonic()
    return moto(self)


@replaces(InstanceBackend)
def all_reservations(moto, self, filters=None):
    oldest = time.monotonic() - VISIBLE_SECONDS * options.time_scale
    for reservation_id, reservation in list(self.reservations.items()):
        reservation.instances = [
            instance for instance in reservation.instances if getattr(instance, "terminated_at", oldest) >= oldest
        ]
        if not reservation.instances:
            self.reservations.pop(reservation_id, None)
    return moto(self, filters)


@replaces(Subnet)
def get_available_subnet_ip(moto, self, instance):
    """An address that has never been used, as long as the subnet has one."""
    given_back, self._unused_ips = self._unused_ips, set()
    try:
        return moto(self, instance)
    except StopIteration:
        if not given_back:
            raise
        address = given_back.pop()
        self._subnet_ips[address] = instance
        return address
    finally:
        self._unused_ips |= given_back


def hidden_once_terminated(name: str, hidden) -> None:
    shown = getattr(Instance, name)
    setattr(Instance, name, property(lambda self: hidden if self.state == "terminated" else shown.fget(self)))


hidden_once_terminated("private_ip_address", None)
hidden_once_terminated("private_dns_name", "")
hidden_once_terminated("public_ip_address", None)
hidden_once_terminated("public_dns_name", "")
hidden_once_terminated("network_interfaces", [])
