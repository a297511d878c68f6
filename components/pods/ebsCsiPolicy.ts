import type * as aws from "@pulumi/aws";
import { clusterTag } from "../../plan/names";

/** The tag of everything that the driver makes. */
const driverTag = "ebs.csi.aws.com/cluster";

/**
 * Rights of the EBS CSI driver: it makes volumes of the cluster, changes and deletes those that it made, and
 * attaches them to the cluster's instances. Upstream has a generic policy:
 * https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/example-iam-policy.json
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
        Resource: "*", // these actions have no resources
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
        // Only when they are made: whoever could tag another volume could make it the cluster's.
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
