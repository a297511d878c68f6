import type * as pulumi from "@pulumi/pulumi";
import type { Architecture } from "../plan/nodeImages";
import type { SecurityGroups } from "./network/securityGroups";
import type { ClusterFacts } from "./nodes/nodeGroupArgs";

/** What another stack or a person needs of a cluster. */
export interface ClusterOutputs {
  /** URL of the Kubernetes API. */
  readonly apiUrl: pulumi.Output<string>;
  /** DNS name of the Kubernetes API. */
  readonly apiName: string;
  /** Of a cluster administrator. Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** The cluster's DNS zone. */
  readonly zoneName: string;
  readonly zoneId: pulumi.Output<string>;
  readonly nameServers: pulumi.Output<string[]>;
  readonly vpcId: pulumi.Output<string>;
  /** One for each zone, in the zones' order. */
  readonly privateSubnetIds: pulumi.Output<string>[];
  readonly publicSubnetIds: pulumi.Output<string>[];
  /** By who is in them: `api`, `controllers`, `workers`, and `access` if there is any. */
  readonly securityGroupIds: SecurityGroups["ids"];
  /** What nodes know of the cluster: with it another stack makes a pool. */
  readonly clusterFacts: ClusterFacts;
  /** The images that new nodes get, by architecture. */
  readonly imageIds: Readonly<Partial<Record<Architecture, pulumi.Output<string>>>>;
  /** Auto Scaling group of the controllers. */
  readonly controllerGroupName: pulumi.Output<string>;
  readonly controllerRoleArn: pulumi.Output<string>;
  readonly controllerRoleName: pulumi.Output<string>;
  /** Auto Scaling groups by pool. */
  readonly poolGroupNames: Readonly<Record<string, pulumi.Output<string>>>;
  /** By pool. */
  readonly poolRoleArns: Readonly<Record<string, pulumi.Output<string>>>;
  /** By pool. */
  readonly poolRoleNames: Readonly<Record<string, pulumi.Output<string>>>;
  readonly nodeStoreBucket: pulumi.Output<string>;
  /** ARN of the node store's KMS key. */
  readonly nodeStoreKeyArn: pulumi.Output<string>;
  /** Log group that nodes report to. */
  readonly nodeLogGroup: string;
  /** s3:// URL of the snapshots' folder. */
  readonly snapshotLocation: pulumi.Output<string>;
  /** Issuer URL of service-account tokens. */
  readonly oidcIssuer: string;
  readonly oidcProviderArn: pulumi.Output<string>;
  readonly cloudProviderRoleArn: pulumi.Output<string>;
  readonly discoveryFunctionName: pulumi.Output<string>;
  /** RFC 3339, by certificate. */
  readonly certificateExpiries: pulumi.Output<Record<string, string>>;
  /** DNS name of the bastion. @default there is none */
  readonly bastionName?: string;
  /** Public address of the bastion. @default there is none */
  readonly bastionAddress?: pulumi.Output<string>;
}
