import { devPodPolicies, group } from "./devPodPolicies";
import type { Statement } from "./policies";

const store = "arn:aws:s3:::dev-nodes-123456789012-eu-central-1";
const key = "arn:aws:kms:eu-central-1:123456789012:Key/dev-store";
const zone = "arn:aws:route53:eu-central-1:123456789012:Zone/dev-dns";
const deadLetters = "arn:aws:sqs:eu-central-1:123456789012:Queue/dev-discovery-dead-letters";
const report = (group: string) => ({
  Sid: "Report",
  Effect: "Allow",
  Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
  Resource: `arn:aws:logs:eu-central-1:123456789012:log-group:dev-nodes:log-stream:${group}/*`,
});
const pullImages = [
  { Sid: "LogInToEcr", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
  {
    Sid: "PullImages",
    Effect: "Allow",
    Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    Resource: "arn:aws:ecr:*:123456789012:repository/*",
  },
];
const useKey = (Action: string[]) => ({
  Sid: "UseKey",
  Effect: "Allow" as const,
  Action,
  Resource: key,
  Condition: { StringLike: { "kms:ViaService": "s3.eu-central-1.amazonaws.com*" } },
});
/** Who may have the role of one AWS service. */
export const trust = (service: string): Statement[] => [
  { Sid: "AllowAssumeRole", Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" },
];

/** Every policy of the stack `dev`, whole. */
export const devPolicies: Record<string, Statement[]> = {
  "iam.Role dev-controllers assumeRolePolicy": trust("ec2.amazonaws.com"),
  "iam.RolePolicy dev-controllers policy": [
    {
      Sid: "ReadConfig",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: `${store}/ignition/controller/*`,
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
      Sid: "ReadFormationRestoreAndTokens",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: [
        `${store}/etcd/formation-*.json`,
        `${store}/etcd/formed-*.json`,
        `${store}/etcd/restore.json`,
        `${store}/etcd/snapshots/*`,
        `${store}/bootstrap/*`,
      ],
    },
    { Sid: "ReadAddons", Effect: "Allow", Action: "s3:GetObject", Resource: `${store}/addons/manifest.yaml` },
    {
      Sid: "WriteFormationSnapshotsAndTokens",
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: [
        `${store}/etcd/formation-*.json`,
        `${store}/etcd/formed-*.json`,
        `${store}/etcd/snapshots/*`,
        `${store}/bootstrap/*`,
      ],
    },
    {
      Sid: "ListFormationAndSnapshots",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: store,
      Condition: { StringLike: { "s3:prefix": "etcd/*" } },
    },
    useKey(["kms:Decrypt", "kms:GenerateDataKey"]),
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
    report("dev-controllers"),
    ...pullImages,
  ],
  "iam.Role dev-pool-workers assumeRolePolicy": trust("ec2.amazonaws.com"),
  "iam.RolePolicy dev-pool-workers policy": [
    {
      Sid: "ReadConfig",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: `${store}/ignition/pool-workers/*`,
    },
    {
      Sid: "ReadKeys",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: [`${store}/pki/kubernetes/ca.crt`, `${store}/bootstrap/dev-pool-workers/token`],
    },
    useKey(["kms:Decrypt"]),
    {
      Sid: "CompleteHooks",
      Effect: "Allow",
      Action: ["autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat"],
      Resource: group("dev-pool-workers"),
    },
    report("dev-pool-workers"),
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
  ...devPodPolicies,
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
    {
      Sid: "FormationStays",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:DeleteObject", "s3:DeleteObjectVersion"],
      Resource: [`${store}/etcd/formation-*`, `${store}/etcd/formed-*`],
    },
    {
      Sid: "WrittenOnce",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:PutObject",
      Resource: [`${store}/etcd/formation-*`, `${store}/etcd/formed-*`, `${store}/etcd/snapshots/*`],
      Condition: { Null: { "s3:if-none-match": "true" } },
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
