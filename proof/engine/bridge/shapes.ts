import type { PropertyRule } from "./properties";

/** Differences of one resource or function between its npm package and its Terraform provider. */
export interface Shape {
  readonly properties?: readonly PropertyRule[];
  /**
   * The name that this bridge must generate if the program gives none. @default - the dynamic bridge
   * generates it
   */
  readonly autoName?: AutoName;
  /** An asset or archive property, and Terraform's file name property in its place. */
  readonly asset?: { readonly pulumi: string; readonly bridge: string };
  /** By property of the npm package's shape: values that only newer providers take, and what older ones get in their place. */
  readonly newer?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Outputs that only the newer provider has, each with the older output of the same value. */
  readonly sameAs?: Readonly<Record<string, string>>;
}

export interface AutoName {
  /** Property in the npm package's shape. */
  readonly property: string;
  /** Most characters that AWS allows. */
  readonly longest: number;
  readonly prefix?: string;
}

const FIREWALL: readonly PropertyRule[] = [
  { pulumi: "ingress", bridge: "ingresses" },
  { pulumi: "egress", bridge: "egresses" },
];
const RECORD: readonly PropertyRule[] = [
  { pulumi: "aliases", bridge: "alias", as: "only element" },
  { pulumi: "failoverRoutingPolicies", bridge: "failoverRoutingPolicy", as: "only element" },
  { pulumi: "geolocationRoutingPolicies", bridge: "geolocationRoutingPolicy", as: "only element" },
  { pulumi: "latencyRoutingPolicies", bridge: "latencyRoutingPolicy", as: "only element" },
  { pulumi: "weightedRoutingPolicies", bridge: "weightedRoutingPolicy", as: "only element" },
];
const LIFECYCLE: readonly PropertyRule[] = [
  {
    pulumi: "rules[].abortIncompleteMultipartUpload",
    bridge: "abortIncompleteMultipartUploads",
    as: "list of one",
  },
  { pulumi: "rules[].expiration", bridge: "expirations", as: "list of one" },
  {
    pulumi: "rules[].noncurrentVersionExpiration",
    bridge: "noncurrentVersionExpirations",
    as: "list of one",
  },
  { pulumi: "rules[].filter.and", bridge: "ands", as: "list of one" },
  { pulumi: "rules[].filter.tag", bridge: "tags", as: "list of one" },
  { pulumi: "rules[].filter", bridge: "filters", as: "list of one" },
];
const SUBJECT: readonly PropertyRule[] = [{ pulumi: "subject", bridge: "subjects", as: "list of one" }];

const named = (longest: number): AutoName => ({ property: "name", longest });

/** Resources and functions, by token, with differences beyond the token. */
const SHAPES: Readonly<Record<string, Shape>> = {
  "aws:cloudwatch/eventRule:EventRule": { autoName: named(64) },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    properties: [{ pulumi: "name", bridge: "alarmName" }],
    autoName: named(255),
  },
  "aws:dynamodb/table:Table": {
    properties: [
      { pulumi: "globalSecondaryIndexes", bridge: "globalSecondaryIndices" },
      { pulumi: "localSecondaryIndexes", bridge: "localSecondaryIndices" },
    ],
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": { properties: FIREWALL },
  "aws:ec2/networkAcl:NetworkAcl": { properties: FIREWALL },
  "aws:ec2/securityGroup:SecurityGroup": { properties: FIREWALL },
  "aws:iam/instanceProfile:InstanceProfile": { autoName: named(128) },
  "aws:iam/policy:Policy": { autoName: named(128) },
  "aws:iam/role:Role": { autoName: named(64) },
  "aws:iam/rolePolicy:RolePolicy": { autoName: named(128) },
  "aws:index/getRegion:getRegion": { sameAs: { region: "name" } },
  "aws:kms/alias:Alias": { autoName: { property: "name", longest: 256, prefix: "alias/" } },
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    properties: [{ pulumi: "queues", as: "list of one" }],
  },
  "aws:lambda/function:Function": {
    properties: [{ pulumi: "name", bridge: "functionName" }],
    autoName: named(64),
    asset: { pulumi: "code", bridge: "filename" },
    newer: { runtime: { "nodejs24.x": "nodejs22.x" } },
  },
  "aws:lambda/layerVersion:LayerVersion": { asset: { pulumi: "code", bridge: "filename" } },
  "aws:lambda/permission:Permission": { properties: [{ pulumi: "function", bridge: "functionName" }] },
  "aws:lb/loadBalancer:LoadBalancer": { autoName: named(32) },
  "aws:lb/targetGroup:TargetGroup": {
    properties: [{ pulumi: "deregistrationDelay", as: "text" }],
    autoName: named(32),
  },
  "aws:route53/record:Record": { properties: RECORD },
  "aws:s3/bucket:Bucket": {
    autoName: { property: "bucket", longest: 63 },
    sameAs: { bucketRegion: "region" },
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": { properties: LIFECYCLE },
  "aws:s3/bucketObject:BucketObject": { asset: { pulumi: "source", bridge: "source" } },
  "aws:s3/bucketObjectv2:BucketObjectv2": { asset: { pulumi: "source", bridge: "source" } },
  "aws:s3/getBucket:getBucket": { sameAs: { bucketRegion: "region" } },
  "aws:sns/topicSubscription:TopicSubscription": { properties: [{ pulumi: "topic", bridge: "topicArn" }] },
  "tls:index/certRequest:CertRequest": { properties: SUBJECT },
  "tls:index/selfSignedCert:SelfSignedCert": { properties: SUBJECT },
};

/** Properties of `aws` resources that a program may give as an object, but Terraform wants as JSON text. */
export const DOCUMENTS: readonly string[] = ["policy", "assumeRolePolicy"];

const PLAIN: Shape = {};

/** The differences of a resource or function beyond its token; an empty shape when there are none. */
export function shapeOf(token: string): Shape {
  return SHAPES[token] ?? PLAIN;
}
