import { parseAllDocuments } from "yaml";
import { AddonFacts, addonManifests, AddonName, addonNames } from "../../addons/addons";
import { ManifestFile } from "../../addons/manifests";

export const facts: AddonFacts = {
  clusterName: "demo",
  region: "eu-west-1",
  apiName: "api.demo.example.com",
  podCidr: "10.244.0.0/16",
  startupTaints: ["ebs.csi.aws.com/agent-not-ready", "node.cilium.io/agent-not-ready"],
  roleArns: {
    "aws-cloud-controller-manager": "arn:aws:iam::123456789012:role/demo-cloud-provider",
    "aws-ebs-csi-driver": "arn:aws:iam::123456789012:role/demo-ebs-csi-controller",
    "cluster-autoscaler": "arn:aws:iam::123456789012:role/demo-cluster-autoscaler",
  },
};

/** All add-ons of the project, as a cluster with every setting gets them. */
export const everyAddon = (): ManifestFile[] => addonManifests(addonNames, facts);

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: any;
}

export const parsed = ({ text }: ManifestFile): KubernetesObject[] =>
  [...parseAllDocuments(text)].map((document) => document.toJS() as KubernetesObject);

/** Every pod template, with the add-on and the object it is in. */
export const podTemplates = (): { addon: AddonName; where: string; spec: Record<string, any> }[] =>
  everyAddon().flatMap((file, i) =>
    parsed(file)
      .filter(({ spec }) => spec?.template)
      .map(({ kind, metadata, spec }) => ({
        addon: addonNames[i],
        where: `${file.name} ${kind} ${metadata.name}`,
        spec: spec.template.spec,
      })),
  );

export const containersOf = (spec: Record<string, any>): Record<string, any>[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
];
