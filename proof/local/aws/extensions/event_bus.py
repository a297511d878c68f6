"""The default event bus: every event goes to all targets of every enabled rule whose pattern it matches.

Every event has EventBridge's envelope
(https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html), whether a service or
PutEvents publishes it. Patterns are moto's own
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html). moto delivers only to a
few kinds of targets, at once, and never fails. event_delivery.py replaces its delivery. moto's other buses
are unchanged.
"""

import json
from datetime import datetime, timezone
from uuid import uuid4

from moto.events.models import EventsBackend, Rule, events_backends

from . import replaces
from .event_delivery import deliver

published: list[dict] = []
"""Every event so far, oldest first: `{"event": the envelope, "deliveries": [...]}`. event_delivery.py
describes a delivery.
"""


def publish(
    account_id: str, region: str, source: str, detail_type: str, resources: list[str], detail: dict
) -> None:
    """Sends an event to the default bus of an account in a region; returns at once, before any delivery."""
    event = envelope(account_id, region, source, detail_type, resources, detail)
    put(event, matching_rules(event))


def envelope(
    account_id: str, region: str, source: str, detail_type: str, resources: list[str], detail: dict
) -> dict:
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account_id,
        "time": iso_time(datetime.now(timezone.utc)),
        "region": region,
        "resources": resources,
        "detail": detail,
    }


def put(event: dict, rules: list[Rule]) -> None:
    """Records the event, and begins its delivery to each target of these rules."""
    deliveries: list[dict] = []
    published.append({"event": event, "deliveries": deliveries})
    for rule in rules:
        for target in list(rule.targets):
            deliveries.extend(deliver(event, rule, target))


def matching_rules(event: dict) -> list[Rule]:
    rules = list(events_backends[event["account"]][event["region"]].event_buses["default"].rules.values())
    return [
        rule
        for rule in rules
        if rule.state == "ENABLED" and rule.event_pattern.get_pattern() and rule.event_pattern.matches_event(event)
    ]


def iso_time(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


@replaces(EventsBackend)
def put_events(moto, self, events):
    entries = moto(self, events)
    for given, entry in zip(events, entries, strict=True):
        bus = self._normalize_event_bus_arn(given.get("EventBusName"))
        if "EventId" not in entry or bus != "default":
            continue
        event = envelope(
            self.account_id,
            self.region_name,
            given["Source"],
            given["DetailType"],
            given.get("Resources", []),
            json.loads(given["Detail"]),
        )
        event["id"] = entry["EventId"]
        if "Time" in given:
            event["time"] = iso_time(datetime.fromtimestamp(float(given["Time"]), timezone.utc))
        put(event, matching_rules(event))
    return entries


@replaces(Rule)
def send_to_targets(moto, self, original_event, transform_input=True):
    if self.event_bus_name != "default":
        moto(self, original_event, transform_input)
