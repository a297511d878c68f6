"""The ARNs of the resources that a call is about: `*` where the service has no ARNs with a name of the cluster.

EC2's ARNs end in an id of EC2's own, and Route 53's and KMS' too; so do the answers to Describe and List.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from callers.calls import Call

ACCOUNT = "123456789012"

# Calls that IAM knows no resource for, or that ask about all.
ALL = ("Describe", "ListAliases", "ListRoles", "ListHostedZones", "GetAWSDefaultServiceQuota", "GetServiceQuota")
EXCEPTIONS = ("DescribeRule", "DescribeKey", "DescribeMetricFilters")
CREATED_WITHOUT_A_NAME = ("kms:CreateKey", "route53:CreateHostedZone")


def resources_of(call: Call) -> list[str]:
    """Never empty."""
    p = call.parameters
    if call.service in ("ec2", "sts", "servicequotas") or call.name in CREATED_WITHOUT_A_NAME or "AccountId" in p:
        return ["*"]
    if call.operation.startswith(ALL) and call.operation not in EXCEPTIONS:
        return ["*"]

    def arn(rest: str) -> str:
        return f"arn:aws:{call.service}:{call.region}:{ACCOUNT}:{rest}"

    match call.service:
        case "s3":
            return s3(p)
        case "iam":
            return [iam(p)]
        case "autoscaling":
            groups = [p["AutoScalingGroupName"]] if "AutoScalingGroupName" in p else [one["ResourceId"] for one in p["Tags"]]
            return [arn(f"autoScalingGroup:*:autoScalingGroupName/{name}") for name in groups]
        case "lambda":
            function = p.get("FunctionName") or p["Resource"]
            return [function if function.startswith("arn:") else arn(f"function:{function}")]
        case "events":
            return [p.get("ResourceARN") or arn(f"rule/{p.get('Name') or p['Rule']}")]
        case "sqs":
            return [arn(p.get("QueueName") or p["QueueUrl"].split("/")[-1])]
        case "sns":
            return [p.get("TopicArn") or p["ResourceArn"]]
        case "logs":
            return [p.get("resourceArn") or arn(f"log-group:{p['logGroupName']}")]
        case "monitoring":
            if "ResourceARN" in p:
                return [p["ResourceARN"]]
            return [arn(f"alarm:{one}").replace(":monitoring:", ":cloudwatch:") for one in p.get("AlarmNames") or [p["AlarmName"]]]
        case "kms":
            return [arn(one) for one in kms(p)]
        case "elasticloadbalancing":
            return load_balancing(call, arn)
        case "route53":
            return route53(call, p)
    raise ValueError(f"nothing here knows the resources of {call.name}: add them to {__file__}")


def s3(p: dict) -> list[str]:
    bucket = f"arn:aws:s3:::{p['Bucket']}"
    if "Delete" in p:
        return [f"{bucket}/{one['Key']}" for one in p["Delete"]["Objects"]]
    return [f"{bucket}/{p['Key']}" if "Key" in p else bucket]


def iam(p: dict) -> str:
    if "OpenIDConnectProviderArn" in p:
        return p["OpenIDConnectProviderArn"]
    kinds = {"InstanceProfileName": "instance-profile", "RoleName": "role", "Url": "oidc-provider"}
    parameter, kind = next((one, kinds[one]) for one in kinds if one in p)
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{p[parameter].removeprefix('https://')}"


def kms(p: dict) -> list[str]:
    """An alias is made or deleted on itself and on its key."""
    names = [p[one].split(":")[-1] for one in ("AliasName", "TargetKeyId", "KeyId") if one in p]
    return [one if one.startswith(("alias/", "key/")) else f"key/{one}" for one in names]


def load_balancing(call: Call, arn) -> list[str]:
    """moto calls network balancers `app`."""
    p = call.parameters
    match call.operation:
        case "CreateLoadBalancer":
            return [arn(f"loadbalancer/net/{p['Name']}/new")]
        case "CreateTargetGroup":
            return [arn(f"targetgroup/{p['Name']}/new")]
    about = next((p[one] for one in ("ListenerArn", "LoadBalancerArn", "TargetGroupArn") if one in p), None)
    names = p.get("ResourceArns") or [about]
    return [one.replace("/app/", "/net/") for one in names]


def route53(call: Call, p: dict) -> list[str]:
    """Of the calls with an `Id`, GetChange names a change."""
    kind = "change" if call.operation == "GetChange" else "hostedzone"
    name = p.get("HostedZoneId") or p.get("ResourceId") or p["Id"]
    return [f"arn:aws:route53:::{kind}/{name.split('/')[-1]}"]
