import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { addonManifests, AddonName } from "../../addons/addons";
import { ManifestFile, manifestOf } from "../../addons/manifests";
import { clusterAutoscalerPolicy } from "./clusterAutoscalerPolicy";
import { ebsCsiPolicy } from "./ebsCsiPolicy";
import { type ClusterScope, ownedTags } from "../../plan/names";
import { ServiceAccountRole } from "./serviceAccountRole";
import { addonManifest } from "../../plan/nodeStoreKeys";

export interface AddonsArgs {
  readonly scope: ClusterScope;
  /** The project's own add-ons that the cluster gets. */
  readonly wanted: readonly AddonName[];
  /** Other manifests besides them. */
  readonly ownManifests: readonly ManifestFile[];
  /** Name of the node store's bucket. */
  readonly bucket: pulumi.Input<string>;
  /** DNS name of the Kubernetes API. */
  readonly apiName: string;
  readonly podCidr: string;
  /** Keys of taints that are removed once a node is ready; one or more. */
  readonly startupTaints: readonly string[];
  readonly oidcProviderArn: pulumi.Input<string>;
  /** Issuer URL of service-account tokens. */
  readonly oidcIssuer: pulumi.Input<string>;
  readonly cloudProviderRoleArn: pulumi.Input<string>;
}

/**
 * The add-ons that run from the cluster's first minute: one object that controllers apply, and the roles of
 * its pods.
 */
export class Addons extends pulumi.ComponentResource {
  /** Of the EBS CSI driver. @default the cluster has none */
  readonly csiRoleArn?: pulumi.Output<string>;

  constructor(name: string, args: AddonsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:Addons", name, {}, opts);
    const { scope, wanted } = args;
    const { cluster } = scope;
    const role = (addon: AddonName, serviceAccount: string, policy: aws.iam.PolicyDocument) => {
      if (!wanted.includes(addon)) return undefined;
      const { arn } = new ServiceAccountRole(
        `${name}-${serviceAccount}`,
        {
          oidcProviderArn: args.oidcProviderArn,
          oidcIssuer: args.oidcIssuer,
          namespace: "kube-system",
          serviceAccount,
          policy,
          tags: ownedTags(cluster, `${cluster}-${serviceAccount}`),
        },
        { parent: this },
      );
      return arn;
    };
    const roleArns = {
      "aws-cloud-controller-manager": args.cloudProviderRoleArn,
      "aws-ebs-csi-driver": role("aws-ebs-csi-driver", "ebs-csi-controller", ebsCsiPolicy(cluster)),
      "cluster-autoscaler": role("cluster-autoscaler", "cluster-autoscaler", clusterAutoscalerPolicy(scope)),
    };
    this.csiRoleArn = roleArns["aws-ebs-csi-driver"];
    const content = pulumi.all(roleArns).apply((arns) => {
      const ours = addonManifests(wanted, {
        clusterName: cluster,
        region: scope.region,
        apiName: args.apiName,
        podCidr: args.podCidr,
        startupTaints: args.startupTaints,
        roleArns: arns,
      });
      return manifestOf([...ours, ...args.ownManifests]);
    });
    new aws.s3.BucketObjectv2(
      name,
      { bucket: args.bucket, key: addonManifest, content, contentType: "application/yaml" },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
