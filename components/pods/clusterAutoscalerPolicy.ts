import type * as aws from "@pulumi/aws";
import { type ClusterScope, poolGroup } from "../../plan/names";

/**
 * Rights of the cluster autoscaler: it sets the size of the cluster's worker pools, and reads what their
 * instances would be like
 * (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md#iam-policy).
 */
export function clusterAutoscalerPolicy({
  cluster,
  partition,
  region,
  accountId,
}: ClusterScope): aws.iam.PolicyDocument {
  const groups = `arn:${partition}:autoscaling:${region}:${accountId}:autoScalingGroup`;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Look",
        Effect: "Allow",
        Action: [
          "autoscaling:DescribeAutoScalingGroups",
          "autoscaling:DescribeScalingActivities",
          "ec2:DescribeInstanceTypes",
          "ec2:DescribeLaunchTemplateVersions",
        ],
        Resource: "*", // these actions have no resources
      },
      {
        Sid: "SizePools",
        Effect: "Allow",
        Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
        Resource: `${groups}:*:autoScalingGroupName/${poolGroup(cluster, "*")}`,
      },
    ],
  };
}
