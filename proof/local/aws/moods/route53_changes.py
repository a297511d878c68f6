"""A change of a hosted zone is PENDING until all of Route 53's DNS servers have it, and INSYNC after that.

GetChange tells its status (https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html). ListResourceRecordSets
returns the records with all changes, also those that are PENDING
(https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html). A DNS server must not see these, so it
asks with the access key id `resolver`, and gets the records that the DNS servers have. moto has every change INSYNC at once.
"""

import copy
import uuid
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from aws_parts import RESOLVER, caller_of
from extensions import replaces
from mood import clock, seconds
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.route53.exceptions import Route53ClientError
from moto.route53.models import FakeZone, Route53Backend
from moto.route53.responses import Route53
from propagated import Propagated

asked_by_resolver: ContextVar[bool] = ContextVar("asked_by_resolver", default=False)


@dataclass(frozen=True)
class Change:
    """A change of a zone or its records."""

    submitted_at: datetime = field(default_factory=utcnow)
    insync_at: float = field(default_factory=lambda: clock.now() + seconds("route53-change"))

    def answer(self, change_id: str) -> dict:
        """In the form of ChangeInfo."""
        status = "INSYNC" if clock.now() >= self.insync_at else "PENDING"
        return {"Id": f"/change/{change_id}", "Status": status, "SubmittedAt": self.submitted_at}


changes: dict[str, Change] = {}


def tell_change(name: str) -> None:
    """Puts a change of its own into the answers of one of moto's calls."""

    def call(moto, self):
        answer = moto(self)
        change_id = f"C{uuid.uuid4().hex[:20].upper()}"
        changes[change_id] = Change()
        answer.result["ChangeInfo"] |= changes[change_id].answer(change_id)
        return answer

    call.__name__ = name
    replaces(Route53)(call)


for name in (
    "create_hosted_zone",
    "delete_hosted_zone",
    "associate_vpc_with_hosted_zone",
    "disassociate_vpc_from_hosted_zone",
    "change_resource_record_sets",
):
    tell_change(name)


@replaces(Route53)
def get_change(_moto, self):
    change_id = self._get_param("Id").removeprefix("/change/")
    if change_id not in changes:
        raise Route53ClientError("NoSuchChange", f"Could not find resource with ID: {change_id}")
    return ActionResult({"ChangeInfo": changes[change_id].answer(change_id)})


@replaces(Route53Backend)
def change_resource_record_sets(moto, self, zoneid, change_list):
    zone = self.get_hosted_zone(zoneid)
    served = served_records(zone)
    moto(self, zoneid, change_list)
    served.change(list(zone.rrsets), seconds("route53-change"))


@replaces(Route53)
def list_resource_record_sets(moto, self):
    token = asked_by_resolver.set(caller_of(self) == RESOLVER)
    try:
        return moto(self)
    finally:
        asked_by_resolver.reset(token)


@replaces(FakeZone)
def get_record_sets(moto, self, start_type, start_name):
    if not asked_by_resolver.get():
        return moto(self, start_type, start_name)
    served = copy.copy(self)
    served.rrsets = served_records(self).now()
    return moto(served, start_type, start_name)


def served_records(zone: FakeZone) -> Propagated:
    """The records that DNS servers answer with. A zone begins with those that it was made with."""
    return zone.__dict__.setdefault("served", Propagated(list(zone.rrsets)))
