import type { Statement } from "./policies";

const anyVolume = "arn:*:ec2:*:*:volume/*";
const elb = (resource: string) => `arn:aws:elasticloadbalancing:eu-central-1:123456789012:${resource}`;
const anyBalancerPart = ["loadbalancer/net/*/*", "listener/net/*/*/*", "targetgroup/*/*"].map(elb);

/** ARN of an Auto Scaling group, or of those that match. */
export const group = (name: string) =>
  `arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:*:autoScalingGroupName/${name}`;

/** The pods of one service account in kube-system. */
const trustPods = (serviceAccount: string): Statement[] => [
  {
    Effect: "Allow",
    Principal: { Federated: "arn:aws:iam:eu-central-1:123456789012:OpenIdConnectProvider/dev-identity" },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        "dev-oidc-123456789012-eu-central-1.s3.eu-central-1.amazonaws.com:aud": "sts.amazonaws.com",
        "dev-oidc-123456789012-eu-central-1.s3.eu-central-1.amazonaws.com:sub": `system:serviceaccount:kube-system:${serviceAccount}`,
      },
    },
  },
];

/** The policies of the roles that pods of the stack `dev` have, whole. */
export const devPodPolicies: Record<string, Statement[]> = {
  "iam.Role dev-cloud-provider assumeRolePolicy": trustPods("cloud-controller-manager"),
  "iam.RolePolicy dev-cloud-provider policy": [
    {
      Sid: "Look",
      Effect: "Allow",
      Action: [
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceTopology",
        "ec2:DescribeRegions",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeLoadBalancerAttributes",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
      ],
      Resource: "*",
    },
    {
      Sid: "OpenWorkersToBalancers",
      Effect: "Allow",
      Action: ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
      Resource: "arn:aws:ec2:eu-central-1:123456789012:security-group/*",
      Condition: {
        StringEquals: {
          "aws:ResourceTag/kubernetes.io/cluster/dev": "owned",
          "aws:ResourceTag/Name": "dev-workers",
        },
      },
    },
    {
      Sid: "MakeBalancers",
      Effect: "Allow",
      Action: ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"],
      Resource: [elb("loadbalancer/net/*/*"), elb("targetgroup/*/*")],
      Condition: { StringEquals: { "aws:RequestTag/kubernetes.io/cluster/dev": "owned" } },
    },
    {
      Sid: "TagNewBalancers",
      Effect: "Allow",
      Action: "elasticloadbalancing:AddTags",
      Resource: anyBalancerPart,
      Condition: {
        StringEquals: {
          "elasticloadbalancing:CreateAction": ["CreateListener", "CreateLoadBalancer", "CreateTargetGroup"],
        },
      },
    },
    {
      Sid: "ChangeBalancersOfServices",
      Effect: "Allow",
      Action: [
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:DeleteListener",
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:DeregisterTargets",
        "elasticloadbalancing:ModifyListener",
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "elasticloadbalancing:ModifyTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
        "elasticloadbalancing:RegisterTargets",
        "elasticloadbalancing:SetSecurityGroups",
      ],
      Resource: anyBalancerPart,
      Condition: {
        StringEquals: { "aws:ResourceTag/kubernetes.io/cluster/dev": "owned" },
        StringLike: { "aws:ResourceTag/kubernetes.io/service-name": "*" },
      },
    },
  ],
  "iam.Role dev-addons-ebs-csi-controller assumeRolePolicy": trustPods("ebs-csi-controller"),
  "iam.RolePolicy dev-addons-ebs-csi-controller policy": [
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
      Resource: "*",
    },
    {
      Sid: "MakeVolumes",
      Effect: "Allow",
      Action: "ec2:CreateVolume",
      Resource: anyVolume,
      Condition: {
        StringEquals: {
          "aws:RequestTag/kubernetes.io/cluster/dev": "owned",
          "aws:RequestTag/ebs.csi.aws.com/cluster": "true",
        },
      },
    },
    {
      Sid: "TagNewVolumes",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: anyVolume,
      Condition: { StringEquals: { "ec2:CreateAction": "CreateVolume" } },
    },
    {
      Sid: "ChangeItsVolumes",
      Effect: "Allow",
      Action: ["ec2:AttachVolume", "ec2:DeleteVolume", "ec2:DetachVolume", "ec2:ModifyVolume"],
      Resource: anyVolume,
      Condition: {
        StringEquals: {
          "aws:ResourceTag/kubernetes.io/cluster/dev": "owned",
          "aws:ResourceTag/ebs.csi.aws.com/cluster": "true",
        },
      },
    },
    {
      Sid: "AttachToTheClustersInstances",
      Effect: "Allow",
      Action: ["ec2:AttachVolume", "ec2:DetachVolume"],
      Resource: "arn:*:ec2:*:*:instance/*",
      Condition: { StringEquals: { "aws:ResourceTag/kubernetes.io/cluster/dev": "owned" } },
    },
  ],
  "iam.Role dev-addons-cluster-autoscaler assumeRolePolicy": trustPods("cluster-autoscaler"),
  "iam.RolePolicy dev-addons-cluster-autoscaler policy": [
    {
      Sid: "Look",
      Effect: "Allow",
      Action: [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeScalingActivities",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplateVersions",
      ],
      Resource: "*",
    },
    {
      Sid: "SizePools",
      Effect: "Allow",
      Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
      Resource: group("dev-pool-*"),
    },
  ],
};
