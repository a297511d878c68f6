"""Rules with a rate: an event for the rule's targets at every interval, counted from the rule's creation or
last change.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html; moto only keeps
the expression. The event is a "Scheduled Event" of source aws.events, with the rule as its resource and an
empty detail. No other rule gets it. Expressions by cron() never fire here; the log says so.
"""

import re

from background import after
from moto.events.models import EventsBackend, Rule, events_backends
from options import options

from . import replaces
from .event_bus import envelope, put

SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


@replaces(EventsBackend)
def put_rule(moto, self, *args, **kwargs):
    rule = moto(self, *args, **kwargs)
    if rule.scheduled_expression:
        interval = interval_of(rule.scheduled_expression)
        if interval is None:
            reason = f"only rate() is implemented, not {rule.scheduled_expression}"
            print(f"rule {rule.name} will not fire: {reason}", flush=True)
        else:
            after(options.scaled(interval), fire, rule, interval)
    return rule


def interval_of(expression: str) -> int | None:
    """Seconds between two events: 300 for `rate(5 minutes)`."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    return int(rate[1]) * SECONDS[rate[2]] if rate else None


def fire(rule: Rule, interval: int) -> None:
    bus = events_backends[rule.account_id][rule.region_name].event_buses["default"]
    if bus.rules.get(rule.name) is not rule:
        return  # deleted, or changed, which made another
    after(options.scaled(interval), fire, rule, interval)
    if rule.state == "ENABLED":
        put(envelope(rule.account_id, rule.region_name, "aws.events", "Scheduled Event", [rule.arn], {}), [rule])
