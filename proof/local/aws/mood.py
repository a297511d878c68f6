"""The mood of this local AWS: how long AWS's later effects take, and how many requests it takes.

`--mood instant|typical|worst`. moods/table.json has the seconds and the rates on AWS, each with its source. The modules under
moods/ put them into effect. Under `instant` nothing waits and nothing is refused. Seconds are multiplied by `--time-scale`, as all
of AWS's waits here. Rates are not: callers do not become faster by it.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from options import options

MOODS = ("instant", "typical", "worst")
TABLE = {row["key"]: row for row in json.loads((Path(__file__).parent / "moods/table.json").read_text())["behaviours"]}


@dataclass
class Clock:
    """The time by which the moods go. A test sets it ahead (PUT /local-aws/clock) where it would wait otherwise."""

    ahead: float = 0
    """Seconds."""

    def now(self) -> float:
        """Seconds since some moment in the past."""
        return time.monotonic() + self.ahead

    def put(self, given: dict) -> None:
        """Sets it ahead by `{"aheadSeconds": ...}`. Raises ValueError for anything else, and for a step back."""
        seconds = given.get("aheadSeconds") if isinstance(given, dict) and set(given) == {"aheadSeconds"} else None
        if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or seconds < self.ahead:
            raise ValueError(f"{given}: it must be {{\"aheadSeconds\": a number, at least {self.ahead}}}")
        self.ahead = seconds


clock = Clock()


def seconds(key: str) -> float:
    """How long a behaviour takes here; 0 if it takes no time."""
    return options.scaled(now(key).get("seconds", 0))


def now(key: str) -> dict:
    """What the table says about a behaviour in the mood of this server; empty under `instant`."""
    return {} if options.mood == "instant" else TABLE[key][options.mood]
