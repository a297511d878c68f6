import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type ClusterScope, clusterTag, ownedTags } from "../../plan/names";
import { ServiceAccountRole } from "./serviceAccountRole";

export interface CloudProviderArgs {
  readonly scope: ClusterScope;
  readonly oidcProviderArn: pulumi.Input<string>;
  readonly oidcIssuer: pulumi.Input<string>;
}

/** Tag of everything that the cloud controller manager makes for a Service, `<namespace>/<name>`. */
const serviceTag = "kubernetes.io/service-name";

/**
 * Rights of the AWS cloud controller manager, for nodes and for Services with a network load balancer
 * (https://cloud-provider-aws.sigs.k8s.io/prerequisites/). It must tag what it makes as the cluster's, and
 * may change only what it has made. So it changes neither another cluster's resources nor this cluster's API
 * balancer. All of these actions support conditions on tags
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html).
 */
export function cloudProviderPolicy({
  cluster,
  partition,
  region,
  accountId,
}: ClusterScope): aws.iam.PolicyDocument {
  const elb = (resource: string) =>
    `arn:${partition}:elasticloadbalancing:${region}:${accountId}:${resource}`;
  const balancers = elb("loadbalancer/net/*/*");
  const listeners = elb("listener/net/*/*/*");
  const targetGroups = elb("targetgroup/*/*");
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Look",
        Effect: "Allow",
        Action: [
          "ec2:DescribeAvailabilityZones",
          "ec2:DescribeInstances",
          "ec2:DescribeInstanceTopology",
          "ec2:DescribeRegions",
          "ec2:DescribeRouteTables",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets",
          "ec2:DescribeVpcs",
          "elasticloadbalancing:DescribeListeners",
          "elasticloadbalancing:DescribeLoadBalancerAttributes",
          "elasticloadbalancing:DescribeLoadBalancers",
          "elasticloadbalancing:DescribeTargetGroupAttributes",
          "elasticloadbalancing:DescribeTargetGroups",
          "elasticloadbalancing:DescribeTargetHealth",
        ],
        Resource: "*",
      },
      {
        // Only workers are a balancer's targets. It may not make security groups: only classic balancers need
        // one, and it may not make these. An unused group would stay and keep the VPC from being deleted.
        Sid: "OpenWorkersToBalancers",
        Effect: "Allow",
        Action: ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
        Resource: `arn:${partition}:ec2:${region}:${accountId}:security-group/*`,
        Condition: {
          StringEquals: {
            [`aws:ResourceTag/${clusterTag(cluster)}`]: "owned",
            "aws:ResourceTag/Name": `${cluster}-workers`,
          },
        },
      },
      {
        Sid: "MakeBalancers",
        Effect: "Allow",
        Action: ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"],
        Resource: [balancers, targetGroups],
        Condition: { StringEquals: { [`aws:RequestTag/${clusterTag(cluster)}`]: "owned" } },
      },
      {
        // Only when they are made: whoever could tag an existing balancer could make it a Service's.
        Sid: "TagNewBalancers",
        Effect: "Allow",
        Action: "elasticloadbalancing:AddTags",
        Resource: [balancers, listeners, targetGroups],
        Condition: {
          StringEquals: {
            "elasticloadbalancing:CreateAction": [
              "CreateListener",
              "CreateLoadBalancer",
              "CreateTargetGroup",
            ],
          },
        },
      },
      {
        Sid: "ChangeBalancersOfServices",
        Effect: "Allow",
        Action: [
          "elasticloadbalancing:CreateListener",
          "elasticloadbalancing:DeleteListener",
          "elasticloadbalancing:DeleteLoadBalancer",
          "elasticloadbalancing:DeleteTargetGroup",
          "elasticloadbalancing:DeregisterTargets",
          "elasticloadbalancing:ModifyListener",
          "elasticloadbalancing:ModifyLoadBalancerAttributes",
          "elasticloadbalancing:ModifyTargetGroup",
          "elasticloadbalancing:ModifyTargetGroupAttributes",
          "elasticloadbalancing:RegisterTargets",
          "elasticloadbalancing:SetSecurityGroups",
        ],
        Resource: [balancers, listeners, targetGroups],
        Condition: {
          StringEquals: { [`aws:ResourceTag/${clusterTag(cluster)}`]: "owned" },
          // The API's balancer has the cluster's tag too, but no Service's.
          StringLike: { [`aws:ResourceTag/${serviceTag}`]: "*" },
        },
      },
    ],
  };
}

/** The role of the AWS cloud controller manager, only for its pods: no instance has these rights. */
export class CloudProvider extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: CloudProviderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:CloudProvider", name, {}, opts);
    const role = new ServiceAccountRole(
      name,
      {
        oidcProviderArn: args.oidcProviderArn,
        oidcIssuer: args.oidcIssuer,
        namespace: "kube-system",
        serviceAccount: "cloud-controller-manager",
        policy: cloudProviderPolicy(args.scope),
        tags: ownedTags(args.scope.cluster, `${args.scope.cluster}-cloud-provider`),
      },
      { parent: this },
    );
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
