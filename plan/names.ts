/** Names that several parts need before anything exists: plain strings, so nothing waits for them. */
export interface Names {
  /** The cluster's DNS zone, `<name>.<domain>`. */
  readonly zone: string;
  /** DNS name of the Kubernetes API. */
  readonly api: string;
  /** Auto Scaling group of the controllers. */
  readonly controllers: string;
  /** S3 bucket of node configurations, keys, formation objects and snapshots. */
  readonly nodeStore: string;
  /** Log group of the nodes' reports. */
  readonly nodeLogs: string;
  /** S3 bucket with the service-account issuer's documents. */
  readonly issuerBucket: string;
  /** Issuer URL of service-account tokens. */
  readonly issuer: string;
}

/** The account, region and partition of the names. */
export interface Account {
  readonly accountId: string;
  readonly region: string;
  /** Domain of the partition's service endpoints, such as amazonaws.com. */
  readonly dnsSuffix: string;
}

/** The parts of the ARNs of a cluster's resources. */
export interface ClusterScope {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/** Auto Scaling group of the controllers. */
export const controllerGroup = (cluster: string) => `${cluster}-controllers`;

/** Auto Scaling group of a worker pool; only pools' groups have this prefix. */
export const poolGroup = (cluster: string, pool: string) => `${cluster}-pool-${pool}`;

/**
 * Names of a cluster. Bucket names must be unique in all of AWS, so they contain account and region: 20 + 7 +
 * 12 + 1 + 14 of the 63 allowed characters
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
 */
export function clusterNames(name: string, domain: string, { accountId, region, dnsSuffix }: Account): Names {
  const zone = `${name}.${domain}`;
  const issuerBucket = `${name}-oidc-${accountId}-${region}`;
  return {
    zone,
    api: `api.${zone}`,
    controllers: controllerGroup(name),
    nodeStore: `${name}-nodes-${accountId}-${region}`,
    nodeLogs: `${name}-nodes`,
    issuerBucket,
    issuer: `https://${issuerBucket}.s3.${region}.${dnsSuffix}`,
  };
}

/** The tag that marks a cluster's resources for the cloud provider, the autoscaler and people. */
export const clusterTag = (name: string) => `kubernetes.io/cluster/${name}`;

/** Tags of a resource of the cluster; the console shows `Name`. */
export function ownedTags(cluster: string, display: string): Record<string, string> {
  return { Name: display, [clusterTag(cluster)]: "owned" };
}

/** Settings that decide who has to resolve the cluster's names. */
interface ZoneReach {
  readonly parentZoneId?: string;
  readonly api: { readonly access: "internal" | "public" };
}

/** Whether the cluster's names must resolve outside the VPC. */
export const isPublicZone = ({ parentZoneId, api }: ZoneReach): boolean =>
  parentZoneId !== undefined || api.access === "public";

/** Label with a node's pool; NodeRestriction lets kubelets set labels below node.kubernetes.io. */
export const poolLabel = "node.kubernetes.io/pool";
