/** The greatest value that AWS, or a node, accepts. */
interface Limit {
  readonly most: number;
  /** Source of the number. */
  readonly source: string;
}

const tags = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html";
const iam = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";
const autoScaling = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html";
const securityGroups = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html";
const lambda = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html";

/**
 * Limits that a setting can reach. For a quota that AWS raises on request, it is the value of a new account.
 */
export const limits = {
  tagsOfGroup: { most: 50, source: tags },
  tagKey: { most: 128, source: tags },
  tagValue: { most: 256, source: tags },
  instanceTypesOfGroup: {
    most: 40,
    source:
      "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-autoscaling-autoscalinggroup-launchtemplate.html",
  },
  groupsOfRegion: { most: 500, source: autoScaling },
  inboundRules: { most: 60, source: securityGroups },
  /** Of a region. */
  addresses: {
    most: 5,
    source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html",
  },
  userDataBytes: {
    most: 16_384,
    source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html",
  },
  /** Larger volumes exist, but Flatcar's file system cannot be larger. */
  volumeGib: { most: 16_384, source: "https://docs.kernel.org/filesystems/ext4/overview.html" },
  /** Of the kubelet's `--node-labels`; one byte is for its end. */
  argumentBytes: { most: 131_071, source: "https://man7.org/linux/man-pages/man2/execve.2.html" },
} as const satisfies Record<string, Limit>;

/**
 * Characters of a name, by the type of its resource. A test shows that the longest settings stay within them.
 */
export const nameLimits: Readonly<Record<string, Limit>> = {
  "autoscaling.Group": {
    most: 255,
    source: "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html",
  },
  "cloudwatch.EventRule": {
    most: 64,
    source: "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html",
  },
  "cloudwatch.LogGroup": {
    most: 512,
    source: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
  },
  "cloudwatch.LogMetricFilter": {
    most: 512,
    source: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html",
  },
  "cloudwatch.MetricAlarm": {
    most: 255,
    source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
  },
  "ec2.AmiCopy": {
    most: 128,
    source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyImage.html",
  },
  "ec2.LaunchTemplate": {
    most: 128,
    source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html",
  },
  "ec2.SecurityGroup": {
    most: 255,
    source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html",
  },
  "iam.InstanceProfile": { most: 128, source: iam },
  "iam.Role": { most: 64, source: iam },
  "iam.RolePolicy": { most: 128, source: iam },
  "kms.Alias": {
    most: 256,
    source: "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html",
  },
  "lambda.CallbackFunction": { most: 64, source: lambda },
  "lambda.Function": { most: 64, source: lambda },
  "lb.LoadBalancer": {
    most: 32,
    source:
      "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html",
  },
  "lb.TargetGroup": {
    most: 32,
    source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html",
  },
  "route53.Record": {
    most: 255,
    source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html",
  },
  "route53.Zone": {
    most: 255,
    source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html",
  },
  "s3.Bucket": {
    most: 63,
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
  },
  "sqs.Queue": {
    most: 80,
    source: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html",
  },
};
