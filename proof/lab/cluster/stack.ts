import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { projectFolder } from "../../local/folders";
import { parseSettings } from "../../../settings";
import { defaultNetwork } from "../../../settings/fields";

/** The settings of its stack that the lab itself needs. */
export interface LabStack {
  readonly cluster: string;
  readonly region: string;
  /** Range of the VPC. */
  readonly vpcCidr: string;
  readonly versions: { readonly etcd: string; readonly kubernetes: string };
}

const namespace = "pulumi-kubeadm:";

/** Reads Pulumi.lab.yaml, with the settings' defaults. */
export function labStack(): LabStack {
  const file = path.join(projectFolder, "Pulumi.lab.yaml");
  const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  const ours = Object.entries(config).filter(([key]) => key.startsWith(namespace));
  const settings = parseSettings(
    Object.fromEntries(ours.map(([key, value]) => [key.slice(namespace.length), value])),
  );
  return {
    cluster: settings.name,
    region: String(config["aws:region"]),
    vpcCidr: (settings.network ?? defaultNetwork).cidr,
    versions: settings.versions,
  };
}
