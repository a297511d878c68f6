import { cniPluginsVersion } from "../../ignition/downloads";
import { goTool } from "./goTool";

const plugins = {
  bridge: "main/bridge",
  "host-local": "ipam/host-local",
  loopback: "main/loopback",
  portmap: "meta/portmap",
} as const;

/** Paths of the CNI plugins that pod networks need, by name: https://github.com/containernetworking/plugins */
export const cniPlugins = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(plugins).map(([name, folder]) => [
      name,
      goTool({
        name,
        version: cniPluginsVersion,
        module: "github.com/containernetworking/plugins",
        package: `github.com/containernetworking/plugins/plugins/${folder}`,
      }),
    ]),
  );
