import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  Cluster,
  type ClusterOutputs,
  runPreflight,
  parseSettings,
  readLastOutputs,
} from "pulumi-kubeadm/library";

/** Makes a cluster in a region, which the same provider looks up. The stack puts its outputs out under the cluster's name. */
async function cluster(name: string, region: aws.Region): Promise<ClusterOutputs> {
  const provider = new aws.Provider(name, { region });
  const common = new pulumi.Config().requireObject<Record<string, unknown>>("settings");
  const settings = parseSettings({ name, ...common });
  const lastOutputs = await readLastOutputs(name);
  const preflight = await runPreflight(settings, { provider, lastOutputs });
  return new Cluster(name, { settings, preflight }, { provider }).outputs;
}

export = async () => ({
  frankfurt: await cluster("frankfurt", "eu-central-1"),
  stockholm: await cluster("stockholm", "eu-north-1"),
});
