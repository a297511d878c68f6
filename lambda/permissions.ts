/**
 * The IAM statements for the calls that the discovery function makes to find members and write their records; what
 * Lambda itself does in its name (logs, dead letters) is the function's owner's to add. `zoneName` has no last dot.
 *
 * `ForAllValues` because a batch names many record sets; `Null` because `ForAllValues` alone also holds without any.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
 */
export function discoveryStatements(zoneArn: string, zoneName: string) {
  return [
    {
      Effect: "Allow" as const,
      Action: ["autoscaling:DescribeAutoScalingGroups", "ec2:DescribeInstances"],
      Resource: "*", // neither action knows resources
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
