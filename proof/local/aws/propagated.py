"""A value whose changes take effect later, one after the other."""

from mood import clock


class Propagated:
    """`value` holds from the first moment. One thread at a time may use it, or the order of two changes at the same time is open."""

    def __init__(self, value) -> None:
        self.pending = [(clock.now(), value)]
        """With the time from which each holds, oldest first: the one that holds, and those that will."""

    def change(self, value, seconds: float) -> None:
        """Lets it hold so many seconds from now."""
        self.now()
        self.pending.append((clock.now() + seconds, value))

    def now(self):
        """What holds."""
        while len(self.pending) > 1 and self.pending[1][0] <= clock.now():
            self.pending.pop(0)
        return self.pending[0][1]
