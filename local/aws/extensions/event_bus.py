"""The default event bus: what services publish.

Every event has EventBridge's envelope
(https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html).
"""

from datetime import datetime, timezone
from uuid import uuid4

published: list[dict] = []
"""Every event so far, oldest first."""


def publish(
    account_id: str, region: str, source: str, detail_type: str, resources: list[str], detail: dict
) -> None:
    """Sends an event to the default bus of an account in a region; returns at once, whatever becomes of it."""
    published.append(
        {
            "version": "0",
            "id": str(uuid4()),
            "detail-type": detail_type,
            "source": source,
            "account": account_id,
            "time": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": region,
            "resources": resources,
            "detail": detail,
        }
    )
