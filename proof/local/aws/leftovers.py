"""Lists what an AWS account holds besides what every account has from the start.

    leftovers.py ENDPOINT REGION

Prints a JSON list of {"kind": "EC2 VPC", "id": "vpc-..."}; an empty list means that nothing is left. It
asks every service that the cluster uses with the service's own list call, so it also finds resources
without tags. A call that fails raises, and so exits with 1: a service that does not answer may hold
something.
"""

import json
import sys

import boto3
import jmespath
from botocore.config import Config

# kind, service, list call and its parameters, and the listed ones that were not there from the start
# (JMESPath)
QUERIES = (
    ("EC2 instance", "ec2", "describe_instances", {}, "Reservations[].Instances[?State.Name!='terminated'][].InstanceId"),
    ("EC2 volume", "ec2", "describe_volumes", {}, "Volumes[].VolumeId"),
    ("EC2 image", "ec2", "describe_images", {"Owners": ["self"]}, "Images[].Name"),
    ("EC2 snapshot", "ec2", "describe_snapshots", {}, "Snapshots[?OwnerId!='075585003325'].SnapshotId"),
    ("EC2 launch template", "ec2", "describe_launch_templates", {}, "LaunchTemplates[].LaunchTemplateName"),
    ("EC2 key pair", "ec2", "describe_key_pairs", {}, "KeyPairs[].KeyName"),
    ("EC2 VPC", "ec2", "describe_vpcs", {}, "Vpcs[?!IsDefault].VpcId"),
    ("EC2 subnet", "ec2", "describe_subnets", {}, "Subnets[?!DefaultForAz].SubnetId"),
    ("EC2 security group", "ec2", "describe_security_groups", {}, "SecurityGroups[?GroupName!='default'].GroupName"),
    ("EC2 route table", "ec2", "describe_route_tables", {}, "RouteTables[?!Associations[?Main]].RouteTableId"),
    ("EC2 internet gateway", "ec2", "describe_internet_gateways", {}, "InternetGateways[].InternetGatewayId"),
    ("EC2 NAT gateway", "ec2", "describe_nat_gateways", {}, "NatGateways[?State!='deleted'].NatGatewayId"),
    ("EC2 elastic address", "ec2", "describe_addresses", {}, "Addresses[].PublicIp"),
    ("EC2 network interface", "ec2", "describe_network_interfaces", {}, "NetworkInterfaces[].NetworkInterfaceId"),
    ("EC2 VPC endpoint", "ec2", "describe_vpc_endpoints", {}, "VpcEndpoints[?State!='deleted'].VpcEndpointId"),
    (
        "EC2 Instance Connect Endpoint",
        "ec2",
        "describe_instance_connect_endpoints",
        {},
        "InstanceConnectEndpoints[].InstanceConnectEndpointId",
    ),
    ("Auto Scaling group", "autoscaling", "describe_auto_scaling_groups", {}, "AutoScalingGroups[].AutoScalingGroupName"),
    ("load balancer", "elbv2", "describe_load_balancers", {}, "LoadBalancers[].LoadBalancerName"),
    ("target group", "elbv2", "describe_target_groups", {}, "TargetGroups[].TargetGroupName"),
    ("Route53 zone", "route53", "list_hosted_zones", {}, "HostedZones[].Name"),
    ("S3 bucket", "s3", "list_buckets", {}, "Buckets[].Name"),
    ("KMS alias", "kms", "list_aliases", {}, "Aliases[?!starts_with(AliasName, 'alias/aws/')].AliasName"),
    ("IAM role", "iam", "list_roles", {}, "Roles[?!starts_with(Path, '/aws-service-role/')].RoleName"),
    ("IAM policy", "iam", "list_policies", {"Scope": "Local"}, "Policies[].PolicyName"),
    ("IAM instance profile", "iam", "list_instance_profiles", {}, "InstanceProfiles[].InstanceProfileName"),
    ("IAM OIDC provider", "iam", "list_open_id_connect_providers", {}, "OpenIDConnectProviderList[].Arn"),
    ("Lambda function", "lambda", "list_functions", {}, "Functions[].FunctionName"),
    ("EventBridge rule", "events", "list_rules", {}, "Rules[].Name"),
    ("SQS queue", "sqs", "list_queues", {}, "QueueUrls[]"),
    ("log group", "logs", "describe_log_groups", {}, "logGroups[].logGroupName"),
    ("CloudWatch alarm", "cloudwatch", "describe_alarms", {}, "[MetricAlarms, CompositeAlarms][][].AlarmName"),
    ("SNS topic", "sns", "list_topics", {}, "Topics[].TopicArn"),
    ("SSM parameter", "ssm", "describe_parameters", {}, "Parameters[].Name"),
)


def list_leftovers(endpoint: str, region: str) -> list[dict[str, str]]:
    session = boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name=region)
    clients = {}

    def client(service: str):
        if service not in clients:
            clients[service] = session.client(service, endpoint_url=endpoint, config=Config(proxies={}))
        return clients[service]

    def listed(service: str, call: str, parameters: dict, expression: str) -> list[str]:
        if client(service).can_paginate(call):
            answer = client(service).get_paginator(call).paginate(**parameters).build_full_result()
        else:
            answer = getattr(client(service), call)(**parameters)
        return jmespath.search(expression, answer) or []

    leftovers = [
        {"kind": kind, "id": found}
        for kind, service, call, parameters, expression in QUERIES
        for found in listed(service, call, parameters, expression)
    ]
    leftovers += [{"kind": "KMS key", "id": key} for key in kept_keys(client("kms"), listed)]
    return leftovers


def kept_keys(kms, listed) -> list[str]:
    """The keys that are not AWS's own and not scheduled for deletion. AWS deletes no key at once, so a
    scheduled one counts as gone.
    """
    of_aws = listed("kms", "list_aliases", {}, "Aliases[?starts_with(AliasName, 'alias/aws/')].TargetKeyId")
    keys = [key for key in listed("kms", "list_keys", {}, "Keys[].KeyId") if key not in of_aws]
    return [key for key in keys if kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] != "PendingDeletion"]


if __name__ == "__main__":
    print(json.dumps(list_leftovers(*sys.argv[1:])))
