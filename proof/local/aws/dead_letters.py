"""Messages to dead-letter queues."""

from moto.sqs.exceptions import QueueDoesNotExist
from moto.sqs.models import Queue, sqs_backends


def find_queue(arn: str) -> Queue | None:
    _, _, _, region, account_id, name = arn.split(":")
    try:
        return sqs_backends[account_id][region].get_queue(name)
    except QueueDoesNotExist:
        return None


def send(arn: str, body: str, attributes: dict[str, str | int]) -> bool:
    """Sends a message with attributes; false if there is no such queue. The caller checks permission first.
    """
    queue = find_queue(arn)
    if queue is None:
        return False
    sqs_backends[queue.account_id][queue.region].send_message(
        queue.name,
        body,
        message_attributes={
            name: {"DataType": "Number" if isinstance(value, int) else "String", "StringValue": str(value)}
            for name, value in attributes.items()
        },
    )
    return True
