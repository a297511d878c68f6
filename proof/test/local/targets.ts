import { EC2 } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";

/** Ids of an instance that may become a target, its subnet, and the ARN of a target group in the same VPC. */
export interface MadeTarget {
  readonly instance: string;
  readonly subnet: string;
  readonly targetGroup: string;
}

/** Makes a VPC with one instance and an empty target group in the local AWS. */
export async function makeTarget(): Promise<MadeTarget> {
  const ec2 = new EC2({});
  const { Vpc } = await ec2.createVpc({ CidrBlock: "10.0.0.0/16" });
  const { Subnet } = await ec2.createSubnet({ VpcId: Vpc?.VpcId, CidrBlock: "10.0.0.0/24" });
  const { Images = [] } = await ec2.describeImages({ Owners: ["075585003325"] });
  const { Instances = [] } = await ec2.runInstances({
    ...{ ImageId: Images[0]?.ImageId, MinCount: 1, MaxCount: 1, SubnetId: Subnet?.SubnetId },
  });
  const { TargetGroups = [] } = await new ElasticLoadBalancingV2({}).createTargetGroup({
    ...{ Name: "api", Protocol: "TCP", Port: 6443, VpcId: Vpc?.VpcId },
  });
  return {
    instance: Instances[0]?.InstanceId ?? "",
    subnet: Subnet?.SubnetId ?? "",
    targetGroup: TargetGroups[0]?.TargetGroupArn ?? "",
  };
}
