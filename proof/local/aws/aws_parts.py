"""Callers with an access key id of their own.

Parts of AWS ask this server for what holds there, and not for what the API tells. The lab and the tests look at it from outside.
AWS has no such callers, so their requests count for no limit.
"""

from signature import signer

RESOLVER = "resolver"
"""Route 53's DNS servers."""
ENFORCEMENT = "enforcement"
"""What evaluates policies for a call: the lab's front door."""
OBSERVER = "observer"
"""The lab and the tests, where they look at resources and do not play a user."""


def caller_of(response) -> str | None:
    """The access key id that signed a request; `response` is one of moto's handlers of it."""
    return signer(response.headers.get("Authorization"))


def is_counted(response) -> bool:
    """Whether a request counts for the limits of its account."""
    return caller_of(response) not in (RESOLVER, ENFORCEMENT, OBSERVER)
