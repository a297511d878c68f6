import * as pulumi from "@pulumi/pulumi";
import { WrongSettings } from "../../settings/errors";

/** The outputs of a cluster's last `pulumi up` that the next one needs. */
export interface LastOutputs {
  readonly nodeStoreBucket?: string;
  readonly privateSubnetIds?: readonly string[];
  readonly publicSubnetIds?: readonly string[];
}

/**
 * Reads the outputs of this stack's cluster at the last `pulumi up`; nothing for a new cluster.
 * @param output name of the stack's output that holds the cluster's outputs. @default they are the stack's
 * own
 */
export async function readLastOutputs(output?: string): Promise<LastOutputs> {
  const name = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  const { outputs = {} } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name })) as {
    outputs?: LastOutputs & Readonly<Record<string, LastOutputs | undefined>>;
  };
  return (output === undefined ? outputs : outputs[output]) ?? {};
}

/**
 * Compares the cluster's node store with its node store at the last `pulumi up`. Every resource has the
 * cluster's name. Under another name Pulumi would make all of them again, and delete the old ones with their
 * data.
 * @param name of the cluster
 * @param nodeStore bucket whose name has cluster, account and region
 * @throws WrongSettings when the cluster had another one
 */
export function checkSameCluster(
  name: string,
  nodeStore: string,
  { nodeStoreBucket: before = nodeStore }: LastOutputs,
): Promise<void> {
  if (before === nodeStore) return Promise.resolve();
  const remedy =
    `pulumi up would delete this stack's cluster, whose node store is ${before}, and make one with ${nodeStore}: ` +
    "use a new stack for another name, account or region (pulumi stack init)";
  return Promise.reject(new WrongSettings({ key: "name", value: name, remedy }));
}
