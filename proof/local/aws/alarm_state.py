"""The state of a metric alarm, computed only from its data points.

The newest data points count, as many as the alarm has evaluation periods. CloudWatch looks back further
than the periods asked for: its example has five periods for three. So the evaluation range here is two
periods longer. The alarm says how missing points are treated
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html).
"""

import operator
from dataclasses import dataclass
from datetime import datetime

COMPARISONS = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
MISSING = ("breaching", "notBreaching", "ignore", "missing")
FURTHER_PERIODS = 2
"""How many periods the evaluation range is longer than the evaluation periods."""


@dataclass(frozen=True)
class Rule:
    comparison: str
    threshold: float
    periods: int
    """Evaluation periods."""
    to_alarm: int
    """How many of them must breach the threshold."""
    missing: str


@dataclass(frozen=True)
class DataPoint:
    time: datetime
    value: float


def state(rule: Rule, points: list[DataPoint], before: str) -> tuple[str, str]:
    """State and its reason. `points` are the data points of the evaluation range, newest first; `before` is
    the state so far.
    """
    looked_at = points[: rule.periods]
    missing = rule.periods - len(looked_at)
    if missing == rule.periods and rule.missing == "ignore":
        return before, "no datapoints were received, and missing data is ignored"
    if missing == rule.periods and rule.missing == "missing":
        return "INSUFFICIENT_DATA", f"Insufficient Data: {missing} datapoint{plural(missing)} were unknown."
    compare, words = COMPARISONS[rule.comparison]
    breaching = sum(compare(point.value, rule.threshold) for point in looked_at)
    if rule.missing == "breaching":
        breaching += missing
    alarm = breaching >= rule.to_alarm
    return ("ALARM" if alarm else "OK"), reason(rule, looked_at, missing, f"{'' if alarm else 'not '}{words}")


def reason(rule: Rule, points: list[DataPoint], missing: int, words: str) -> str:
    treated = "[Breaching]" if rule.missing == "breaching" else "[NonBreaching]"
    if not points:
        return (
            f"Threshold Crossed: no datapoints were received for {missing} period{plural(missing)} and "
            f"{missing} missing datapoint{plural(missing)} was treated as {treated}."
        )
    values = ", ".join(f"{point.value} ({point.time:%d/%m/%y %H:%M:%S})" for point in points)
    count = f"{len(points)} datapoint{plural(len(points))} [{values}]"
    return f"Threshold Crossed: {count} {'was' if len(points) == 1 else 'were'} {words} the threshold ({rule.threshold})."


def plural(count: int) -> str:
    return "" if count == 1 else "s"
