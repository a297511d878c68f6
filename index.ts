import { Cluster } from "./components/cluster";
import { readLastOutputs } from "./preflight/cluster/lastOutputs";
import { runPreflight } from "./preflight/preflight";
import { readSettings } from "./settings";

/**
 * One stack makes one cluster. The program reads the settings, looks up what exists in AWS, makes the
 * cluster, and exports its outputs. `Which file holds what?` in README.md answers common questions.
 */
export = async () => {
  const settings = readSettings();
  const preflight = await runPreflight(settings, { lastOutputs: await readLastOutputs() });
  return new Cluster(settings.name, { settings, preflight }).outputs;
};
