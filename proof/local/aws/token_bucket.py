"""A token bucket, by which AWS limits the requests of an account
(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/throttling.html#throttling-how).
"""

from threading import Lock

from mood import clock


class TokenBucket:
    """Begins full. `capacity` is the most tokens that it holds; `refill` is how many it gets in a second."""

    def __init__(self, capacity: float, refill: float) -> None:
        self.capacity, self.refill = capacity, refill
        self.tokens, self.counted_at = capacity, clock.now()
        self.lock = Lock()

    def takes(self) -> bool:
        """Takes a token; False if there is none."""
        with self.lock:
            now = clock.now()
            self.tokens = min(self.capacity, self.tokens + (now - self.counted_at) * self.refill)
            self.counted_at = now
            if self.tokens < 1:
                return False
            self.tokens -= 1
            return True
