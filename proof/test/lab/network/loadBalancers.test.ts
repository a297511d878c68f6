import { deepEqual, rejects } from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { describeLoadBalancers } from "../../../lab/network/loadBalancers";
import { withLocalAws } from "../../local/localAws";

describe("The load balancers of the local AWS", () => {
  withLocalAws();
  let elb: ElasticLoadBalancingV2;
  let subnet: string;
  let balancer: string;
  let targets: string;

  before(async () => {
    const ec2 = new EC2({});
    elb = new ElasticLoadBalancingV2({});
    const { Vpc } = await ec2.createVpc({ CidrBlock: "10.0.0.0/16" });
    const { Subnet } = await ec2.createSubnet({ VpcId: Vpc?.VpcId, CidrBlock: "10.0.0.0/24" });
    subnet = Subnet?.SubnetId ?? "";
    const { LoadBalancers = [] } = await elb.createLoadBalancer({
      ...{ Name: "demo-api", Type: "network", Scheme: "internal", Subnets: [subnet] },
    });
    balancer = LoadBalancers[0]?.LoadBalancerArn ?? "";
    const { TargetGroups = [] } = await elb.createTargetGroup({
      ...{ Name: "demo-api", Protocol: "TCP", Port: 6443, VpcId: Vpc?.VpcId },
      ...{ HealthCheckProtocol: "HTTPS", HealthCheckPath: "/readyz", HealthCheckPort: "traffic-port" },
      ...{ HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 6, Matcher: { HttpCode: "200" } },
      ...{ HealthyThresholdCount: 2, UnhealthyThresholdCount: 3 },
    });
    targets = TargetGroups[0]?.TargetGroupArn ?? "";
  });

  it("are none before they have a listener", async () => {
    deepEqual(await describeLoadBalancers(elb), []);
  });

  it("are refused where the lab cannot do what they do", async () => {
    await elb.createListener({
      ...{ LoadBalancerArn: balancer, Protocol: "TCP", Port: 443 },
      DefaultActions: [{ Type: "forward", TargetGroupArn: targets }],
    });
    await rejects(
      describeLoadBalancers(elb),
      /demo-api: the lab knows preserve_client_ip\.enabled = false only, and it is undefined/,
    );
  });

  it("have listener, health check and delays as they were deployed", async () => {
    await elb.modifyTargetGroupAttributes({
      TargetGroupArn: targets,
      Attributes: [
        { Key: "preserve_client_ip.enabled", Value: "false" },
        { Key: "deregistration_delay.timeout_seconds", Value: "60" },
      ],
    });
    await elb.modifyLoadBalancerAttributes({
      LoadBalancerArn: balancer,
      Attributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "true" }],
    });
    const [found] = await describeLoadBalancers(elb);
    deepEqual(found, {
      ...{ name: "demo-api", dnsName: found?.dnsName, subnetIds: [subnet], groupIds: found?.groupIds },
      ...{
        port: 443,
        idleSeconds: 350,
        targetGroupArn: targets,
        deregistrationSeconds: 60,
        targets: [],
        draining: [],
      },
      healthCheck: {
        ...{ protocol: "HTTPS", port: 6443, path: "/readyz", matcher: "200", interval: 10, timeout: 6 },
        ...{ healthyThreshold: 2, unhealthyThreshold: 3 },
      },
    });
  });
});
