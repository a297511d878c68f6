import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { addonManifests, AddonName, wantedAddons } from "../../addons/addons";
import { ManifestFile, manifestOf } from "../../addons/manifests";
import type { Settings } from "../../settings";
import { clusterAutoscalerPolicy } from "./clusterAutoscalerPolicy";
import { ebsCsiPolicy } from "./ebsCsiPolicy";
import { Names, ownedTags } from "../../plan/names";
import type { ClusterFacts } from "../nodes/nodeGroup";
import { ServiceAccountRole } from "./serviceAccountRole";
import { startupTaints } from "../../plan/startupTaints";
import { addonManifest } from "../../plan/nodeStoreKeys";

export interface AddonsArgs {
  readonly settings: Settings;
  readonly names: Names;
  readonly facts: ClusterFacts;
  readonly oidcProviderArn: pulumi.Input<string>;
  readonly cloudProviderRoleArn: pulumi.Input<string>;
  /** What the stack adds to the project's own. */
  readonly ownManifests: readonly ManifestFile[];
}

/** What runs in the cluster from its first minute: one object that controllers apply, and the roles of its pods. */
export class Addons extends pulumi.ComponentResource {
  constructor(name: string, args: AddonsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:Addons", name, {}, opts);
    const { settings, names, facts } = args;
    const wanted = wantedAddons(settings);
    const role = (addon: AddonName, serviceAccount: string, policy: aws.iam.PolicyDocument) => {
      if (!wanted.includes(addon)) return undefined;
      const { arn } = new ServiceAccountRole(
        `${name}-${serviceAccount}`,
        {
          oidcProviderArn: args.oidcProviderArn,
          oidcIssuer: names.issuer,
          namespace: "kube-system",
          serviceAccount,
          policy,
          tags: ownedTags(facts.cluster, `${facts.cluster}-${serviceAccount}`),
        },
        { parent: this },
      );
      return arn;
    };
    const roleArns = {
      "aws-cloud-controller-manager": args.cloudProviderRoleArn,
      "aws-ebs-csi-driver": role("aws-ebs-csi-driver", "ebs-csi-controller", ebsCsiPolicy(facts.cluster)),
      "cluster-autoscaler": role("cluster-autoscaler", "cluster-autoscaler", clusterAutoscalerPolicy(facts)),
    };
    const content = pulumi.all(roleArns).apply((arns) => {
      const ours = addonManifests(wanted, {
        clusterName: facts.cluster,
        region: facts.region,
        apiName: names.api,
        podCidr: settings.podCidr,
        startupTaints: startupTaints(Object.values(settings.workerPools)),
        roleArns: arns,
      });
      return manifestOf([...ours, ...args.ownManifests]);
    });
    new aws.s3.BucketObjectv2(
      name,
      { bucket: facts.nodeStore, key: addonManifest, content, contentType: "application/yaml" },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
