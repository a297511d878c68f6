import type { Statement } from "./policies";

const store = "arn:aws:s3:::dev-nodes-123456789012-eu-central-1";
const key = "arn:aws:kms:eu-central-1:123456789012:Key/dev-store";
const zone = "arn:aws:route53:eu-central-1:123456789012:Zone/dev-dns";
const deadLetters = "arn:aws:sqs:eu-central-1:123456789012:Queue/dev-discovery-dead-letters";
const anyVolume = "arn:*:ec2:*:*:volume/*";
const anyGroup = "arn:*:ec2:*:*:security-group/*";
const pullImages = [
  { Sid: "LogInToEcr", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
  {
    Sid: "PullImages",
    Effect: "Allow",
    Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    Resource: "arn:aws:ecr:*:123456789012:repository/*",
  },
];
const group = (name: string) =>
  `arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:*:autoScalingGroupName/${name}`;

/** Who may have the role of one AWS service. */
export const trust = (service: string): Statement[] => [
  { Sid: "AllowAssumeRole", Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" },
];

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

/** Every policy of the stack `dev`, whole. */
export const devPolicies: Record<string, Statement[]> = {
  "iam.Role dev-controllers assumeRolePolicy": trust("ec2.amazonaws.com"),
  "iam.RolePolicy dev-controllers policy": [
    {
      Sid: "ReadConfig",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: `${store}/ignition/controller.ign`,
    },
    {
      Sid: "ReadKeys",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: [
        `${store}/pki/etcd/ca.crt`,
        `${store}/pki/etcd/server.pem`,
        `${store}/pki/etcd/peer.pem`,
        `${store}/pki/etcd/client.pem`,
        `${store}/pki/kubernetes/ca.crt`,
        `${store}/pki/kubernetes/ca.key`,
        `${store}/pki/front-proxy/ca.crt`,
        `${store}/pki/front-proxy/ca.key`,
        `${store}/pki/service-account/sa.key`,
        `${store}/pki/service-account/sa.pub`,
        `${store}/encryption/encryption.yaml`,
      ],
    },
    {
      Sid: "ReadFormationAndRestore",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: [
        `${store}/etcd/formation-*.json`,
        `${store}/etcd/formed*.json`,
        `${store}/etcd/restore.json`,
        `${store}/etcd/snapshots/*`,
      ],
    },
    { Sid: "ReadAddons", Effect: "Allow", Action: "s3:GetObject", Resource: `${store}/addons/manifest.yaml` },
    {
      Sid: "WriteFormationSnapshotsAndToken",
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: [
        `${store}/etcd/formation-*.json`,
        `${store}/etcd/formed*.json`,
        `${store}/etcd/snapshots/*`,
        `${store}/bootstrap/token`,
      ],
    },
    {
      Sid: "ListFormationAndSnapshots",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: store,
      Condition: { StringLike: { "s3:prefix": "etcd/*" } },
    },
    { Sid: "UseKey", Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: key },
    {
      Sid: "LookAtInstances",
      Effect: "Allow",
      Action: [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "ec2:DescribeInstances",
      ],
      Resource: "*",
    },
    {
      Sid: "CompleteHooks",
      Effect: "Allow",
      Action: "autoscaling:CompleteLifecycleAction",
      Resource: [group("dev-controllers"), group("dev-pool-*")],
    },
    ...pullImages,
  ],
  "iam.Role dev-pool-workers assumeRolePolicy": trust("ec2.amazonaws.com"),
  "iam.RolePolicy dev-pool-workers policy": [
    {
      Sid: "ReadConfig",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: `${store}/ignition/pool-workers.ign`,
    },
    {
      Sid: "ReadKeys",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: [`${store}/pki/kubernetes/ca.crt`, `${store}/bootstrap/token`],
    },
    { Sid: "UseKey", Effect: "Allow", Action: "kms:Decrypt", Resource: key },
    {
      Sid: "CompleteHooks",
      Effect: "Allow",
      Action: "autoscaling:CompleteLifecycleAction",
      Resource: group("dev-pool-workers"),
    },
    ...pullImages,
  ],
  "iam.Role dev-discovery assumeRolePolicy": trust("lambda.amazonaws.com"),
  "iam.RolePolicy dev-discovery policy": [
    {
      Effect: "Allow",
      Action: ["autoscaling:DescribeAutoScalingGroups", "ec2:DescribeInstances"],
      Resource: "*",
    },
    { Effect: "Allow", Action: "route53:ListResourceRecordSets", Resource: zone },
    {
      Effect: "Allow",
      Action: "route53:ChangeResourceRecordSets",
      Resource: zone,
      Condition: {
        "ForAllValues:StringLike": {
          "route53:ChangeResourceRecordSetsNormalizedRecordNames": [
            "_etcd-client-ssl._tcp.dev.k8s.example.com",
            "_etcd-server-ssl._tcp.dev.k8s.example.com",
            "etcd.dev.k8s.example.com",
            "i-*.etcd.dev.k8s.example.com",
          ],
        },
        "ForAllValues:StringEquals": {
          "route53:ChangeResourceRecordSetsRecordTypes": ["A", "SRV"],
          "route53:ChangeResourceRecordSetsActions": ["CREATE", "DELETE"],
        },
        Null: { "route53:ChangeResourceRecordSetsNormalizedRecordNames": "false" },
      },
    },
    {
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: "arn:aws:cloudwatch:eu-central-1:123456789012:LogGroup/dev-discovery:*",
    },
    { Effect: "Allow", Action: "sqs:SendMessage", Resource: deadLetters },
  ],
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
      Sid: "MakeSecurityGroups",
      Effect: "Allow",
      Action: "ec2:CreateSecurityGroup",
      Resource: [anyGroup, "arn:*:ec2:*:*:vpc/*"],
    },
    {
      Sid: "TagNewSecurityGroups",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: anyGroup,
      Condition: { StringEquals: { "ec2:CreateAction": "CreateSecurityGroup" } },
    },
    {
      Sid: "ChangeTheClustersSecurityGroups",
      Effect: "Allow",
      Action: [
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:DeleteSecurityGroup",
        "ec2:RevokeSecurityGroupIngress",
      ],
      Resource: anyGroup,
      Condition: { StringEquals: { "aws:ResourceTag/kubernetes.io/cluster/dev": "owned" } },
    },
    {
      Sid: "Balance",
      Effect: "Allow",
      Action: [
        "elasticloadbalancing:AddTags",
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:CreateTargetGroup",
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
      Resource: "arn:*:elasticloadbalancing:*:*:*",
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
  "sqs.QueuePolicy dev-discovery-dead-letters policy": [
    {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: deadLetters,
      Condition: {
        ArnEquals: {
          "aws:SourceArn": [
            "arn:aws:cloudwatch:eu-central-1:123456789012:EventRule/dev-discovery-group-events",
            "arn:aws:cloudwatch:eu-central-1:123456789012:EventRule/dev-discovery-schedule",
          ],
        },
      },
    },
  ],
  "s3.BucketPolicy dev-store policy": [
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [store, `${store}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ],
  "s3.BucketPolicy dev-identity policy": [
    {
      Sid: "PublicDocuments",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: [
        "arn:aws:s3:::dev-oidc-123456789012-eu-central-1/.well-known/openid-configuration",
        "arn:aws:s3:::dev-oidc-123456789012-eu-central-1/keys.json",
      ],
    },
  ],
};
