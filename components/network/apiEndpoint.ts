import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ownedTags } from "../../plan/names";

export interface ApiEndpointArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  /** DNS name of the API. */
  readonly dnsName: string;
  readonly zoneId: pulumi.Input<string>;
  readonly access: "internal" | "public";
  readonly vpcId: pulumi.Input<string>;
  /** One per zone; public ones if `access` is public. */
  readonly subnetIds: pulumi.Input<string>[];
  readonly securityGroupId: pulumi.Input<string>;
}

/** The stable address of the Kubernetes API: a network load balancer in front of the ready controllers. */
export class ApiEndpoint extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;
  readonly targetGroupArn: pulumi.Output<string>;

  constructor(name: string, args: ApiEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:ApiEndpoint", name, {}, opts);
    const parent = { parent: this };
    const tags = ownedTags(args.cluster, `${args.cluster}-api`);
    const balancer = new aws.lb.LoadBalancer(
      name,
      {
        name: `${args.cluster}-api`,
        loadBalancerType: "network",
        internal: args.access === "internal",
        subnets: args.subnetIds,
        securityGroups: [args.securityGroupId],
        // Clients in a zone without a ready controller must reach the controllers of other zones.
        enableCrossZoneLoadBalancing: true,
        tags,
      },
      parent,
    );
    const targets = new aws.lb.TargetGroup(
      name,
      {
        name: `${args.cluster}-api`,
        protocol: "TCP",
        port: 6443,
        targetType: "instance",
        vpcId: args.vpcId,
        // A controller that reaches itself through the balancer would see its own address and drop the reply.
        preserveClientIp: "false",
        // A controller serves for so long after its deregistration, as Auto Scaling lets it leave only then. New connections come for
        // two minutes of it (https://github.com/aws/containers-roadmap/issues/470), some say up to three
        // (https://github.com/aws/aws-node-termination-handler/issues/316).
        deregistrationDelay: 180,
        healthCheck: {
          protocol: "HTTPS",
          path: "/readyz",
          port: "6443",
          matcher: "200",
          interval: 10,
          timeout: 6,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
        tags,
      },
      parent,
    );
    new aws.lb.Listener(
      name,
      {
        loadBalancerArn: balancer.arn,
        protocol: "TCP",
        port: 6443,
        // Seconds, at most 6000. Watches can be silent for a long time.
        tcpIdleTimeoutSeconds: 3600,
        defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
        tags,
      },
      parent,
    );
    new aws.route53.Record(
      name,
      {
        zoneId: args.zoneId,
        name: args.dnsName,
        type: "A",
        aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: false }],
      },
      parent,
    );
    this.url = pulumi.output(`https://${args.dnsName}:6443`);
    this.targetGroupArn = targets.arn;
    this.registerOutputs({ url: this.url });
  }
}
