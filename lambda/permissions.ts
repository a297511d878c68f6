/**
 * The IAM statements of the discovery function: it finds members and writes their records. The component
 * `Discovery` adds the statements for logs and dead letters. `zoneName` has no last dot.
 * `ForAllValues` is needed because a batch names many record sets; `Null` because `ForAllValues` is also true
 * without any.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
 */
export function discoveryStatements(zoneArn: string, zoneName: string) {
  return [
    {
      Effect: "Allow" as const,
      Action: ["autoscaling:DescribeAutoScalingGroups", "ec2:DescribeInstances"],
      Resource: "*", // neither action has resources
    },
    { Effect: "Allow" as const, Action: "route53:ListResourceRecordSets", Resource: zoneArn },
    {
      Effect: "Allow" as const,
      Action: "route53:ChangeResourceRecordSets",
      Resource: zoneArn,
      Condition: {
        "ForAllValues:StringLike": {
          "route53:ChangeResourceRecordSetsNormalizedRecordNames": [
            `_etcd-client-ssl._tcp.${zoneName}`,
            `_etcd-server-ssl._tcp.${zoneName}`,
            `etcd.${zoneName}`,
            `i-*.etcd.${zoneName}`,
          ],
        },
        "ForAllValues:StringEquals": {
          "route53:ChangeResourceRecordSetsRecordTypes": ["A", "SRV"],
          "route53:ChangeResourceRecordSetsActions": ["CREATE", "DELETE"],
        },
        Null: { "route53:ChangeResourceRecordSetsNormalizedRecordNames": "false" },
      },
    },
  ];
}
