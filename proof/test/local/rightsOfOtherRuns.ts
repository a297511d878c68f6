/**
 * Rights that no recorded run of `make local` has used, by the statement that allows them. They are written by hand, and not
 * tried. The provider's sources have the calls: https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service
 */
export const rightsOfOtherRuns: readonly {
  readonly why: string;
  readonly rights: Record<string, string[]>;
}[] = [
  {
    why: "look-ups of settings that the local stack has not: alarmTopicArn, existingVpc, a default EBS key of one's own",
    rights: {
      LookUps: ["ec2:DescribeDhcpOptions", "iam:ListRoles", "sns:ListTopics"],
      ReadAlarmTopic: ["sns:ListTagsForResource"],
    },
  },
  {
    why: "a bastion, which the local AWS cannot boot; grants on a disk key; changes of a cluster that runs",
    rights: {
      ChangeCluster: [
        "autoscaling:CancelInstanceRefresh",
        "iam:UpdateAssumeRolePolicy",
        "kms:CreateGrant",
        "kms:RevokeGrant",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
      ],
      LookUps: [
        "autoscaling:DescribeInstanceRefreshes",
        "ec2:DescribeInstanceAttribute",
        "ec2:DescribeInstanceCreditSpecifications",
        "ec2:DescribeVolumes",
      ],
      MakeNetworkAndInstances: [
        "ec2:AssociateAddress",
        "ec2:DeleteTags",
        "ec2:DisassociateAddress",
        "ec2:ModifyInstanceAttribute",
        "ec2:TerminateInstances",
      ],
      ReadCluster: ["kms:ListGrants"],
    },
  },
  {
    why: "`pulumi destroy`, and what a replaced resource leaves",
    rights: {
      ChangeCluster: [
        "autoscaling:DeleteLifecycleHook",
        "cloudwatch:DeleteAlarms",
        "elasticloadbalancing:DeleteListener",
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteTargetGroup",
        "events:DeleteRule",
        "events:RemoveTargets",
        "iam:DeleteOpenIDConnectProvider",
        "kms:DeleteAlias",
        "kms:ScheduleKeyDeletion",
        "lambda:DeleteFunction",
        "lambda:RemovePermission",
        "logs:DeleteLogGroup",
        "logs:DeleteMetricFilter",
        "route53:DeleteHostedZone",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:ListBucketVersions",
        "sqs:DeleteQueue",
      ],
      FillBuckets: ["s3:DeleteObject", "s3:DeleteObjectVersion"],
      LookUps: ["autoscaling:DescribeScalingActivities", "ec2:DescribeNetworkInterfaces"],
      MakeNetworkAndInstances: [
        "ec2:DeleteInstanceConnectEndpoint",
        "ec2:DeleteInternetGateway",
        "ec2:DeleteNatGateway",
        "ec2:DeleteRoute",
        "ec2:DeleteRouteTable",
        "ec2:DeleteSecurityGroup",
        "ec2:DeleteSubnet",
        "ec2:DeleteVpc",
        "ec2:DeleteVpcEndpoints",
        "ec2:DetachInternetGateway",
        "ec2:DisassociateAddress",
        "ec2:DisassociateRouteTable",
        "ec2:ReleaseAddress",
      ],
    },
  },
];
