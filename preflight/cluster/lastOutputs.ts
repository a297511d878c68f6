import * as pulumi from "@pulumi/pulumi";
import { WrongSettings } from "../../settings/errors";

/** What a cluster put out at its last `pulumi up`, of what the next one has to know. */
export interface LastOutputs {
  readonly nodeStoreBucket?: string;
  readonly privateSubnetIds?: readonly string[];
  readonly publicSubnetIds?: readonly string[];
}

/**
 * Reads what a cluster of this stack put out at the last `pulumi up`; of a new cluster nothing.
 *
 * @param output name of the stack's output that holds the cluster's outputs. @default they are the stack's own
 */
export async function readLastOutputs(output?: string): Promise<LastOutputs> {
  const name = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  const { outputs = {} } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name })) as {
    outputs?: LastOutputs & Readonly<Record<string, LastOutputs | undefined>>;
  };
  return (output === undefined ? outputs : outputs[output]) ?? {};
}

/**
 * Compares the cluster's node store with the one that the same cluster had at its last `pulumi up`. Every resource is named after
 * the cluster, so under another name all would be made anew, and what is there deleted with its data.
 *
 * @param name of the cluster
 * @param nodeStore bucket that goes by name, account and region
 * @throws WrongSettings when the cluster had another one
 */
export function checkSameCluster(
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
