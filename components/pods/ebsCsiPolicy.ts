import type * as aws from "@pulumi/aws";
import { clusterTag } from "../../plan/names";

/** The tag that the driver gives whatever it makes. */
const driverTag = "ebs.csi.aws.com/cluster";

/**
 * What the EBS CSI driver may do: make volumes of the cluster, change and delete what it made, attach it to the cluster's
 * instances (https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/example-iam-policy.json is upstream's generic policy).
 */
export function ebsCsiPolicy(cluster: string): aws.iam.PolicyDocument {
  const volumes = "arn:*:ec2:*:*:volume/*";
  const ownVolumes = {
    StringEquals: {
      [`aws:ResourceTag/${clusterTag(cluster)}`]: "owned",
      [`aws:ResourceTag/${driverTag}`]: "true",
    },
  };
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Look",
        Effect: "Allow",
        Action: [
          "ec2:DescribeAvailabilityZones",
          "ec2:DescribeInstances",
          "ec2:DescribeInstanceTypes",
          "ec2:DescribeTags",
          "ec2:DescribeVolumes",
          "ec2:DescribeVolumesModifications",
          "ec2:DescribeVolumeStatus",
        ],
        Resource: "*", // these actions know no resources
      },
      {
        Sid: "MakeVolumes",
        Effect: "Allow",
        Action: "ec2:CreateVolume",
        Resource: volumes,
        Condition: {
          StringEquals: {
            [`aws:RequestTag/${clusterTag(cluster)}`]: "owned",
            [`aws:RequestTag/${driverTag}`]: "true",
          },
        },
      },
      {
        // Only as they are made: with the tags on another volume that would be the cluster's too.
        Sid: "TagNewVolumes",
        Effect: "Allow",
        Action: "ec2:CreateTags",
        Resource: volumes,
        Condition: { StringEquals: { "ec2:CreateAction": "CreateVolume" } },
      },
      {
        Sid: "ChangeItsVolumes",
        Effect: "Allow",
        Action: ["ec2:AttachVolume", "ec2:DeleteVolume", "ec2:DetachVolume", "ec2:ModifyVolume"],
        Resource: volumes,
        Condition: ownVolumes,
      },
      {
        Sid: "AttachToTheClustersInstances",
        Effect: "Allow",
        Action: ["ec2:AttachVolume", "ec2:DetachVolume"],
        Resource: "arn:*:ec2:*:*:instance/*",
        Condition: { StringEquals: { [`aws:ResourceTag/${clusterTag(cluster)}`]: "owned" } },
      },
    ],
  };
}
