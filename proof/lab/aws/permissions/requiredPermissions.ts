import type { Permission } from "./policy";
import { route53Permissions } from "./route53Permissions";
import { s3Permissions } from "./s3Permissions";
import { commonContext, unknownCall, type DeployedResources, type ServiceCall } from "../serviceCall";

/**
 * All permissions that AWS requires for a call.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 * @throws Error that names a call which the lab does not know
 */
export async function requiredPermissions(
  call: ServiceCall,
  deployed: DeployedResources,
): Promise<Permission[]> {
  switch (call.service) {
    case "s3":
      return s3Permissions(call, deployed);
    case "route53":
      return route53Permissions(call, deployed);
    case "ec2":
    case "autoscaling":
      return queryPermissions(call, deployed);
    case "ecr":
    case "logs":
      return jsonPermissions(call, deployed);
    default:
      throw unknownCall(call.service, `${call.method} ${call.path}`);
  }
}

async function queryPermissions(call: ServiceCall, deployed: DeployedResources): Promise<Permission[]> {
  const { service } = call;
  const parameters = new URLSearchParams(call.body.toString());
  const name = parameters.get("Action") ?? "";
  const action = `${service}:${name}`;
  switch (action) {
    // Nodes and the cloud controller manager call these.
    case "ec2:DescribeAvailabilityZones":
    case "ec2:DescribeInstances":
    case "ec2:DescribeInstanceTopology":
    case "ec2:DescribeRegions":
    case "ec2:DescribeRouteTables":
    case "ec2:DescribeSecurityGroups":
    case "ec2:DescribeSubnets":
    case "ec2:DescribeVpcs":
    case "autoscaling:DescribeAutoScalingGroups":
    case "autoscaling:DescribeAutoScalingInstances":
      return [{ action, resource: "*", context: commonContext }];
    case "autoscaling:CompleteLifecycleAction":
    case "autoscaling:RecordLifecycleActionHeartbeat": {
      const group = parameters.get("AutoScalingGroupName") ?? "";
      const { partition, region, accountId } = deployed;
      const unknown = `arn:${partition}:autoscaling:${region}:${accountId}:autoScalingGroup::autoScalingGroupName/${group}`;
      const resource = (await deployed.groupArn(group)) ?? unknown;
      return [{ action, resource, context: commonContext }];
    }
    default:
      throw unknownCall(service, name || `${call.method} ${call.path}`);
  }
}

function jsonPermissions(call: ServiceCall, deployed: DeployedResources): Permission[] {
  const [, name = ""] = (call.headers["x-amz-target"] ?? "").split(".");
  const action = `${call.service}:${name}`;
  switch (action) {
    case "ecr:GetAuthorizationToken":
      return [{ action, resource: "*", context: commonContext }];
    case "logs:CreateLogStream":
    case "logs:PutLogEvents": {
      const { partition, region, accountId } = deployed;
      const { logGroupName, logStreamName } = JSON.parse(call.body.toString()) as Record<string, string>;
      const resource = `arn:${partition}:logs:${region}:${accountId}:log-group:${logGroupName}:log-stream:${logStreamName}`;
      return [{ action, resource, context: commonContext }];
    }
    default:
      throw unknownCall(call.service, name || `${call.method} ${call.path}`);
  }
}
