import { Cluster } from "./components/cluster";
import { readLastOutputs } from "./preflight/lastOutputs";
import { runPreflight } from "./preflight/preflight";
import { readSettings } from "./settings";

/** One stack, one cluster: what its settings say, where it is to stand, the cluster, and what others need of it. */
export = async () => {
  const settings = readSettings();
  const preflight = await runPreflight(settings, { lastOutputs: await readLastOutputs() });
  return new Cluster(settings.name, { settings, preflight }).outputs;
};
