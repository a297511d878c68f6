import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { controllerKeyObjects, workerKeyObjects } from "../../ignition/keyObjects";
import { type ClusterScope, poolGroup } from "../../plan/names";
import {
  addonManifest,
  bootstrapToken,
  folders,
  formationPrefix,
  formedPrefix,
  restoreRequest,
  snapshotFolder,
} from "../../plan/nodeStoreKeys";

type Statement = aws.iam.PolicyStatement;

/** Names in the statements of a node's role. All are plain values except the key's ARN, which AWS chooses. */
export interface NodeScope extends ClusterScope {
  /** Name of the node store's bucket. */
  readonly bucket: string;
  /** Name of the log group that nodes report to. */
  readonly logGroup: string;
  /** ARN of the node store's KMS key. */
  readonly keyArn: pulumi.Input<string>;
  /** Auto Scaling group of the node. */
  readonly group: string;
  /** Folder of the node's Ignition configurations in the node store. */
  readonly configFolder: string;
}

/** Where controllers write down who forms the cluster, and that it has formed. */
const formation = [`${formationPrefix}*.json`, `${formedPrefix}*.json`];

const objectArn = ({ partition, bucket }: NodeScope, key: string) => `arn:${partition}:s3:::${bucket}/${key}`;

const groupArn = ({ partition, region, accountId }: NodeScope, group: string) =>
  `arn:${partition}:autoscaling:${region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/${group}`;

/** The node store's key, only for S3's own encryption and decryption. Nodes cannot use it in KMS themselves. */
function useKey({ keyArn, region }: NodeScope, ...Action: string[]): Statement {
  return {
    Sid: "UseKey",
    Effect: "Allow",
    Action,
    Resource: keyArn,
    Condition: { StringLike: { "kms:ViaService": `s3.${region}.amazonaws.com*` } }, // in China .com.cn
  };
}

function readConfig(node: NodeScope): Statement {
  return {
    Sid: "ReadConfig",
    Effect: "Allow",
    Action: "s3:GetObject",
    Resource: objectArn(node, `${node.configFolder}*`),
  };
}

/** For `put-log-events`: only streams of the node's own group. */
function report({ partition, region, accountId, logGroup, group }: NodeScope): Statement {
  return {
    Sid: "Report",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: `arn:${partition}:logs:${region}:${accountId}:log-group:${logGroup}:log-stream:${group}/*`,
  };
}

/** For `ecr-credential-provider`: images of the account's own registries, in any region. */
function pullImages({ partition, accountId }: NodeScope): Statement[] {
  return [
    {
      Sid: "LogInToEcr",
      Effect: "Allow",
      Action: "ecr:GetAuthorizationToken",
      Resource: "*", // this action has no resources
    },
    {
      Sid: "PullImages",
      Effect: "Allow",
      Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      Resource: `arn:${partition}:ecr:*:${accountId}:repository/*`,
    },
  ];
}

/** What a controller may do, and nothing else: see the calls in `ignition/files/{controller,etcd,chores}/opt/cluster`. */
export function controllerStatements(node: NodeScope): Statement[] {
  const tokens = bootstrapToken(poolGroup(node.cluster, "*"));
  return [
    readConfig(node),
    {
      Sid: "ReadKeysAndSettings",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: controllerKeyObjects.map(({ key }) => objectArn(node, key)),
    },
    {
      Sid: "ReadFormationRestoreAndTokens",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: [...formation, restoreRequest, `${snapshotFolder}*`, tokens].map((key) =>
        objectArn(node, key),
      ),
    },
    { Sid: "ReadAddons", Effect: "Allow", Action: "s3:GetObject", Resource: objectArn(node, addonManifest) },
    {
      Sid: "WriteFormationSnapshotsAndTokens",
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: [...formation, `${snapshotFolder}*`, tokens].map((key) => objectArn(node, key)),
    },
    {
      Sid: "ListFormationAndSnapshots",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: `arn:${node.partition}:s3:::${node.bucket}`,
      Condition: { StringLike: { "s3:prefix": `${folders.etcd}*` } },
    },
    useKey(node, "kms:Decrypt", "kms:GenerateDataKey"),
    {
      Sid: "LookAtInstances",
      Effect: "Allow",
      Action: [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "ec2:DescribeInstances",
      ],
      Resource: "*", // these actions have no resources
    },
    {
      // Controllers also complete the hooks of workers, after draining them.
      Sid: "CompleteHooks",
      Effect: "Allow",
      Action: "autoscaling:CompleteLifecycleAction",
      Resource: [node.group, poolGroup(node.cluster, "*")].map((group) => groupArn(node, group)),
    },
    {
      // For a controller that waits: complete-launch keeps its hook open.
      Sid: "ExtendOwnHook",
      Effect: "Allow",
      Action: "autoscaling:RecordLifecycleActionHeartbeat",
      Resource: groupArn(node, node.group),
    },
    report(node),
    ...pullImages(node),
  ];
}

/** Everything that a worker of one pool may do. */
export function workerStatements(node: NodeScope): Statement[] {
  return [
    readConfig(node),
    {
      Sid: "ReadKeysAndSettings",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: [...workerKeyObjects.map(({ key }) => key), bootstrapToken(node.group)].map((key) =>
        objectArn(node, key),
      ),
    },
    useKey(node, "kms:Decrypt"),
    {
      Sid: "CompleteHooks",
      Effect: "Allow",
      Action: ["autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat"],
      Resource: groupArn(node, node.group),
    },
    {
      // For a node that waits: whether its group has another launch template version meanwhile.
      Sid: "LookAtGroup",
      Effect: "Allow",
      Action: "autoscaling:DescribeAutoScalingGroups",
      Resource: "*", // this action has no resources
    },
    report(node),
    ...pullImages(node),
  ];
}
