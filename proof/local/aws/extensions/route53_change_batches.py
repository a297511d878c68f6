"""Change batches apply completely or not at all, and values must be valid names.

A DELETE must match an existing record set exactly; a CREATE must name one that does not exist
(https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html). moto checks
against a journal of all changes ever made, not against the zone. So it refuses a record set that returns
to an earlier state, and accepts a DELETE with outdated values. It also accepts any text as a value
(https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html has each type's form).
"""

from moto.route53.exceptions import Route53ClientError
from moto.route53.models import ChangeList, Route53Backend

from . import replaces


def key(record_set: dict) -> tuple:
    return record_set["Name"].strip(".").lower(), record_set["Type"], record_set.get("SetIdentifier")


def contents(record_set: dict) -> tuple:
    values = sorted(record["Value"] for record in record_set.get("ResourceRecords") or [])
    return str(record_set.get("TTL")), values


def refusal(verb: str, record_set: dict, reason: str) -> Route53ClientError:
    named = f"[name='{record_set['Name']}', type='{record_set['Type']}']"
    return Route53ClientError("InvalidChangeBatch", f"[Tried to {verb} resource record set {named} but {reason}]")


def misnamed(record_set: dict) -> str | None:
    """A value with an empty label (`..`) in one of its names."""
    if record_set["Type"] not in ("SOA", "NS", "SRV"):
        return None
    values = [record["Value"] for record in record_set.get("ResourceRecords") or []]
    return next((value for value in values if ".." in value), None)


@replaces(Route53Backend)
def change_resource_record_sets(moto, self, zoneid, change_list):
    present = {
        (record.name.strip(".").lower(), record.type, record.set_identifier): (str(record.ttl), sorted(record.records))
        for record in self.get_hosted_zone(zoneid).rrsets
    }
    for change in change_list:
        action, record_set = change["Action"], change["ResourceRecordSet"]
        value = misnamed(record_set)
        if value is not None:
            raise Route53ClientError(
                "InvalidChangeBatch",
                f"[Invalid Resource Record: 'FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with '{value}'']",
            )
        if action == "CREATE" and key(record_set) in present:
            raise refusal("create", record_set, "it already exists")
        if action == "DELETE":
            found = present.pop(key(record_set), None)
            if found is None:
                raise refusal("delete", record_set, "it was not found")
            if found != contents(record_set):
                raise refusal("delete", record_set, "the values provided do not match the current values")
        else:
            present[key(record_set)] = contents(record_set)
    moto(self, zoneid, change_list)


@replaces(ChangeList)
def __contains__(_moto, _self, _change):
    return False  # the journal has no say


@replaces(ChangeList)
def has_insert_or_update(_moto, _self, _record_set):
    return True  # nor here
