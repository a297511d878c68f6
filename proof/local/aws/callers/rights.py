"""The rights that a call needs: AWS's request is not always IAM's action, and a call may need several.

`renamed.json` has the requests whose action has another name. What comes with a call is below, each with its source.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from callers.calls import Call
from callers.resources import ACCOUNT, resources_of

RENAMED = json.loads((Path(__file__).parent / "renamed.json").read_text())["actions"]
PREFIXES = {"monitoring": "cloudwatch"}

# Making a thing with tags needs the right to tag it: "Tagging on creation" in each service's guide.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
TAGGING = {
    "autoscaling:CreateAutoScalingGroup": "autoscaling:CreateOrUpdateTags",
    "elasticloadbalancing:CreateListener": "elasticloadbalancing:AddTags",
    "elasticloadbalancing:CreateLoadBalancer": "elasticloadbalancing:AddTags",
    "elasticloadbalancing:CreateTargetGroup": "elasticloadbalancing:AddTags",
    "events:PutRule": "events:TagResource",
    "iam:CreateInstanceProfile": "iam:TagInstanceProfile",
    "iam:CreateOpenIDConnectProvider": "iam:TagOpenIDConnectProvider",
    "iam:CreateRole": "iam:TagRole",
    "kms:CreateKey": "kms:TagResource",
    "lambda:CreateFunction": "lambda:TagResource",
    "logs:CreateLogGroup": "logs:TagResource",
    "monitoring:PutMetricAlarm": "cloudwatch:TagResource",
    "sqs:CreateQueue": "sqs:TagQueue",
}
TAGS = ("Tags", "tags", "TagSpecifications")

# Services that make a role of their own in the account with the first thing of this kind:
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-service-linked-role.html
# https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-service-linked-roles.html
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/eice-slr.html
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/service-linked-roles-spot-instance-requests.html
SERVICE_ROLE_NAMES = {
    "autoscaling": "AWSServiceRoleForAutoScaling",
    "ec2-instance-connect": "AWSServiceRoleForEC2InstanceConnect",
    "elasticloadbalancing": "AWSServiceRoleForElasticLoadBalancing",
    "spot": "AWSServiceRoleForEC2Spot",
}
SERVICE_ROLES = {
    "autoscaling:CreateAutoScalingGroup": "autoscaling",
    "elasticloadbalancing:CreateLoadBalancer": "elasticloadbalancing",
    "ec2:CreateInstanceConnectEndpoint": "ec2-instance-connect",
}


@dataclass(frozen=True)
class Right:
    action: str
    resource: str
    context: dict[str, str] = field(default_factory=dict)


def rights_of(call: Call) -> list[Right]:
    """Every right that AWS asks for. Raises ValueError for a call that nothing here knows the resources of."""
    p = call.parameters
    resources = resources_of(call)
    region = {"aws:requestedregion": call.region}
    rights = [Right(action, one, region) for action in actions_of(call) for one in resources]
    if call.name in TAGGING and any(p.get(one) for one in TAGS):
        rights += [Right(TAGGING[call.name], one, region) for one in tagged(call, resources)]
    if call.service == "ec2" and p.get("TagSpecifications"):
        rights.append(Right("ec2:CreateTags", "*", region))
    if call.name in SERVICE_ROLES:
        rights.append(service_role(SERVICE_ROLES[call.name]))
    return rights + beside(call, region)


def tagged(call: Call, resources: list[str]) -> list[str]:
    """What a call makes with tags: it has no ARN yet, where AWS chooses a part of it."""
    match call.name:
        case "elasticloadbalancing:CreateListener":
            balancer = call.parameters["LoadBalancerArn"].split("/", 2)[2]
            return [f"arn:aws:elasticloadbalancing:{call.region}:{ACCOUNT}:listener/net/{balancer}/new"]
        case "kms:CreateKey":
            return [f"arn:aws:kms:{call.region}:{ACCOUNT}:key/new"]
    return resources


def actions_of(call: Call) -> list[str]:
    if "AccountId" in call.parameters and call.operation == "GetPublicAccessBlock":
        return ["s3:GetAccountPublicAccessBlock"]
    if call.operation == "DeleteObjects" or (call.operation == "DeleteObject" and "VersionId" in call.parameters):
        return ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    prefix = PREFIXES.get(call.service, call.service)
    return RENAMED.get(call.name, [f"{prefix}:{call.operation}"])


def beside(call: Call, region: dict[str, str]) -> list[Right]:
    """Rights in other services."""
    p = call.parameters
    match call.name:
        # https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
        case "lambda:CreateFunction" | "lambda:UpdateFunctionConfiguration" if "Role" in p:
            return [pass_role(p["Role"], "lambda")]
        case "iam:AddRoleToInstanceProfile":
            return [pass_role(f"arn:aws:iam::{ACCOUNT}:role/{p['RoleName']}", "ec2")]
        # https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-api-permissions.html
        case "autoscaling:CreateAutoScalingGroup" | "autoscaling:UpdateAutoScalingGroup" if is_from_template(p):
            role = f"arn:aws:iam::{ACCOUNT}:role/{p['AutoScalingGroupName']}-{call.region}"
            return [Right("ec2:RunInstances", "*", region), Right("ec2:CreateTags", "*", region), pass_role(role, "ec2"), *spot(p)]
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
        case "route53:CreateHostedZone" if "VPC" in p:
            return [Right("ec2:DescribeVpcs", "*", region)]
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html; the issuer's bucket has no key.
        case "s3:PutObject" | "s3:GetObject" if "-oidc-" not in p["Bucket"]:
            via = {"kms:viaservice": f"s3.{call.region}.amazonaws.com"}
            action = "kms:GenerateDataKey" if call.operation == "PutObject" else "kms:Decrypt"
            return [Right(action, f"arn:aws:kms:{call.region}:{ACCOUNT}:key/of-the-bucket", via)]
    return []


def is_from_template(p: dict) -> bool:
    return "LaunchTemplate" in p or "MixedInstancesPolicy" in p


def spot(p: dict) -> list[Right]:
    return [service_role("spot")] if "MixedInstancesPolicy" in p else []


def pass_role(arn: str, service: str) -> Right:
    return Right("iam:PassRole", arn, {"iam:passedtoservice": f"{service}.amazonaws.com"})


def service_role(service: str) -> Right:
    name = f"{service}.amazonaws.com"
    role = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{name}/{SERVICE_ROLE_NAMES[service]}"
    return Right("iam:CreateServiceLinkedRole", role, {"iam:awsservicename": name})
