"""Faults that a test asks for: PUT /local-aws/faults.

    {"events": {"delaySeconds": [0, 5], "duplicate": 0.2, "drop": 0.1}, "functions": {"demo-discovery": "fail"},
     "zonesWithoutCapacity": ["eu-central-1a"]}

`events`: every delivery of an event to a target waits a random time within the bounds, so events can
overtake each other. The seconds ignore the time scale. A delivery comes twice, or not at all, with the
given probabilities.
`functions`: with `fail`, every invocation ends as if the function's process had crashed. With
`unavailable`, Lambda itself refuses the invocation (ServiceException), and EventBridge tries again.
`zonesWithoutCapacity`: EC2 launches nothing for Auto Scaling in these zones.
"""

import random
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Faults:
    delay_seconds: tuple[float, float] = (0, 0)
    duplicate: float = 0
    drop: float = 0
    functions: dict[str, str] = field(default_factory=dict)
    zones_without_capacity: tuple[str, ...] = ()

    def arrivals(self) -> list[float]:
        """When an event arrives at a target: seconds from now, one entry for each arrival."""
        if random.random() < self.drop:
            return []
        times = 2 if random.random() < self.duplicate else 1
        return [random.uniform(*self.delay_seconds) for _ in range(times)]


current = Faults()


def put(given: dict) -> None:
    """Replaces all faults. On an error it changes nothing and raises ValueError, which names the error."""
    global current
    refuse_unknown("", given, {"events", "functions", "zonesWithoutCapacity"})
    events, functions, zones = given.get("events", {}), given.get("functions", {}), given.get("zonesWithoutCapacity", [])
    refuse_unknown("events.", events, {"delaySeconds", "duplicate", "drop"})
    delay = events.get("delaySeconds", [0, 0])
    is_pair = isinstance(delay, list) and len(delay) == 2 and all(is_number(one) for one in delay)
    if not (is_pair and 0 <= delay[0] <= delay[1]):
        raise ValueError(f"events.delaySeconds is {delay}: it must be [least, most], in seconds")
    for name in ("duplicate", "drop"):
        if not (is_number(events.get(name, 0)) and 0 <= events.get(name, 0) <= 1):
            raise ValueError(f"events.{name} is {events[name]}: it must be a probability, 0 to 1")
    for name, fault in functions.items():
        if fault not in ("fail", "unavailable"):
            raise ValueError(f'functions.{name} is "{fault}": it must be "fail" or "unavailable"')
    if not (isinstance(zones, list) and all(isinstance(zone, str) for zone in zones)):
        raise ValueError(f"zonesWithoutCapacity is {zones}: it must be a list of names")
    current = Faults(tuple(delay), events.get("duplicate", 0), events.get("drop", 0), functions, tuple(zones))


def refuse_unknown(where: str, given: dict, known: set[str]) -> None:
    if not isinstance(given, dict):
        raise ValueError(f"{where or 'the body'} must be an object")
    for name in given:
        if name not in known:
            raise ValueError(f"{where}{name} is not known: there are {', '.join(sorted(known))}")


def is_number(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
