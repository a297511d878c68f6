"""The options of this server, for the extensions to read: `from options import options`."""

from dataclasses import dataclass


@dataclass
class Options:
    """The server's options; `server.py` sets them before the extensions are loaded."""

    machines: bool = False
    """Whether somebody boots the instances. If not, nobody will ever complete a lifecycle hook."""
    time_scale: float = 1.0
    """Factor for every wait that AWS names but hook time-outs: warm-ups, schedules, retry waits, alarm periods."""
    hook_scale: float = 1.0
    """Factor for the time-outs of lifecycle hooks."""
    mood: str = "instant"
    """One of mood.py's MOODS."""
    function_endpoint: str = ""
    """AWS_ENDPOINT_URL that deployed functions get."""

    def scaled(self, seconds: float) -> float:
        """Converts seconds on AWS to seconds here."""
        return seconds * self.time_scale


options = Options()
