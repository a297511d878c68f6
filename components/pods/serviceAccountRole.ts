import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface ServiceAccountRoleArgs {
  /** ARN of the cluster's OIDC provider: its output `oidcProviderArn`. */
  readonly oidcProviderArn: pulumi.Input<string>;
  /** Issuer URL: the cluster's output `oidcIssuer`. */
  readonly oidcIssuer: pulumi.Input<string>;
  readonly namespace: pulumi.Input<string>;
  readonly serviceAccount: pulumi.Input<string>;
  /** What pods with this service account may do. */
  readonly policy: pulumi.Input<aws.iam.PolicyDocument>;
  /** Tags of the role. @default none */
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** Trusts only the tokens of one service account. */
export function serviceAccountTrust(
  oidcProviderArn: string,
  oidcIssuer: string,
  namespace: string,
  serviceAccount: string,
): aws.iam.PolicyDocument {
  const issuer = oidcIssuer.replace(/^https:\/\//, "");
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: oidcProviderArn },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            [`${issuer}:aud`]: "sts.amazonaws.com",
            [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`,
          },
        },
      },
    ],
  };
}

/** An IAM role for the pods of one service account, through the cluster's OIDC provider; no instance has it. */
export class ServiceAccountRole extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly roleName: pulumi.Output<string>;

  constructor(name: string, args: ServiceAccountRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:ServiceAccountRole", name, {}, opts);
    const trust = pulumi
      .all([args.oidcProviderArn, args.oidcIssuer, args.namespace, args.serviceAccount])
      .apply(([provider, issuer, namespace, serviceAccount]) =>
        serviceAccountTrust(provider, issuer, namespace, serviceAccount),
      );
    const role = new aws.iam.Role(name, { assumeRolePolicy: trust, tags: args.tags }, { parent: this });
    new aws.iam.RolePolicy(name, { role: role.name, policy: args.policy }, { parent: this });
    this.arn = role.arn;
    this.roleName = role.name;
    this.registerOutputs({ arn: this.arn, roleName: this.roleName });
  }
}
