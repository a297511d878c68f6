import * as pulumi from "@pulumi/pulumi";
import { WrongSettings } from "../settings/errors";

/** What the stack's last `pulumi up` put out, of what the next one has to know. */
export interface LastOutputs {
  readonly nodeStoreBucket?: string;
  readonly privateSubnetIds?: readonly string[];
  readonly publicSubnetIds?: readonly string[];
}

export async function readLastOutputs(): Promise<LastOutputs> {
  const name = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name })) as {
    outputs?: LastOutputs;
  };
  return outputs ?? {};
}

/**
 * Compares the cluster's node store with the one that this stack made at its last `pulumi up`: one stack is one cluster for good.
 * Every resource is named after it, so under another name all would be made anew, and what is there deleted with its data.
 *
 * @param name of the cluster
 * @param nodeStore bucket that goes by name, account and region
 * @throws WrongSettings when the stack has another one
 */
export function checkStackCluster(
  name: string,
  nodeStore: string,
  { nodeStoreBucket: before = nodeStore }: LastOutputs,
): Promise<void> {
  if (before === nodeStore) return Promise.resolve();
  const remedy =
    `this stack has the cluster of the node store ${before}, and would delete it for the one of ${nodeStore}: ` +
    "for another name, account or region make a stack of its own (pulumi stack init)";
  return Promise.reject(new WrongSettings({ key: "name", value: name, remedy }));
}
