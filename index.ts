import { Cluster } from "./components/cluster";
import { readLastOutputs } from "./preflight/cluster/lastOutputs";
import { findPlacement } from "./preflight/placement";
import { readSettings } from "./settings";

/** One stack, one cluster: what its settings say, where it is to stand, the cluster, and what others need of it. */
export = async () => {
  const settings = readSettings();
  const placement = await findPlacement(settings, { lastOutputs: await readLastOutputs() });
  return new Cluster(settings.name, { settings, placement }).outputs;
};
