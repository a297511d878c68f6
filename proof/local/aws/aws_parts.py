"""Parts of AWS that ask this server for what holds there, and not for what the API tells: each has its own access key id."""

from signature import signer

RESOLVER = "resolver"
"""Route 53's DNS servers."""
ENFORCEMENT = "enforcement"
"""What evaluates policies for a call: the lab's front door."""


def caller_of(response) -> str | None:
    """The access key id that signed a request; `response` is one of moto's handlers of it."""
    return signer(response.headers.get("Authorization"))
