import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { clusterTag, ownedTags } from "./names";
import { ServiceAccountRole } from "./serviceAccountRole";

export interface CloudProviderArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly oidcProviderArn: pulumi.Input<string>;
  readonly oidcIssuer: string;
}

/**
 * What the AWS cloud controller manager may do for nodes, and for Services that ask for a network load balancer
 * (https://cloud-provider-aws.sigs.k8s.io/prerequisites/): security groups that are not the cluster's stay untouched.
 */
export function cloudProviderPolicy(cluster: string): aws.iam.PolicyDocument {
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
        Sid: "MakeSecurityGroups",
        Effect: "Allow",
        Action: "ec2:CreateSecurityGroup",
        Resource: ["arn:*:ec2:*:*:security-group/*", "arn:*:ec2:*:*:vpc/*"],
      },
      {
        // Only as they are made: with the tag on another group that would be the cluster's too.
        Sid: "TagNewSecurityGroups",
        Effect: "Allow",
        Action: "ec2:CreateTags",
        Resource: "arn:*:ec2:*:*:security-group/*",
        Condition: { StringEquals: { "ec2:CreateAction": "CreateSecurityGroup" } },
      },
      {
        Sid: "ChangeTheClustersSecurityGroups",
        Effect: "Allow",
        Action: [
          "ec2:AuthorizeSecurityGroupIngress",
          "ec2:DeleteSecurityGroup",
          "ec2:RevokeSecurityGroupIngress",
        ],
        Resource: "arn:*:ec2:*:*:security-group/*",
        Condition: { StringEquals: { [`aws:ResourceTag/${clusterTag(cluster)}`]: "owned" } },
      },
      {
        Sid: "Balance",
        Effect: "Allow",
        Action: [
          "elasticloadbalancing:AddTags",
          "elasticloadbalancing:CreateListener",
          "elasticloadbalancing:CreateLoadBalancer",
          "elasticloadbalancing:CreateTargetGroup",
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
        Resource: "arn:*:elasticloadbalancing:*:*:*",
      },
    ],
  };
}

/** The role of the AWS cloud controller manager, for its pods alone: no instance has these rights. */
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
        policy: cloudProviderPolicy(args.cluster),
        tags: ownedTags(args.cluster, `${args.cluster}-cloud-provider`),
      },
      { parent: this },
    );
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
