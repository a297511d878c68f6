"""Each queue reports its waiting messages to CloudWatch every minute: `AWS/SQS`
ApproximateNumberOfMessagesVisible.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html;
moto reports nothing. AWS stops reporting after six hours without use. The local AWS does not.
"""

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow
from moto.sqs.models import sqs_backends


def record_queues() -> None:
    for account_id, regions in list(sqs_backends.items()):
        for region, backend in list(regions.items()):
            for queue in list(backend.queues.values()):
                datum = {
                    "MetricName": "ApproximateNumberOfMessagesVisible",
                    "Dimensions": [{"Name": "QueueName", "Value": queue.name}],
                    "Value": len(queue.messages),
                    "Timestamp": utcnow(),
                    "Unit": "Count",
                }
                cloudwatch_backends[account_id][region].put_metric_data("AWS/SQS", [datum])
