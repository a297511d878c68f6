import { ControllerFacts, controllerIgnition } from "../../ignition/controller";
import { IgnitionConfig, Unit } from "../../ignition/spec";
import { WorkerFacts, workerIgnition } from "../../ignition/worker";

/** What an Ignition config puts on a node. */
export interface RenderedNode {
  /** The config as the node store holds it. */
  json: string;
  config: IgnitionConfig;
  /** Text by path, for the files that the config itself holds. */
  texts: Map<string, string>;
  units: Unit[];
}

const place = {
  cluster: "demo",
  zone: "demo.example.com",
  region: "eu-west-1",
  dnsSuffix: "amazonaws.com",
  bucket: "demo-nodes-123456789012-eu-west-1",
  logGroup: "demo-nodes",
  architecture: "amd64",
  kubernetesVersion: "1.36.4",
  podNetwork: "flannel",
  podCidr: "10.244.0.0/16",
  downloads: { sha256: {} },
} as const;

export const controllerFacts: ControllerFacts = {
  ...place,
  group: "demo-controllers",
  etcdVersion: "3.6.14",
  serviceCidr: "10.96.0.0/16",
  oidcIssuer: "https://demo-oidc-123456789012-eu-west-1.s3.eu-west-1.amazonaws.com",
};

export const workerFacts: WorkerFacts = {
  ...place,
  group: "demo-pool-general",
  pool: "general",
  cloudProvider: "aws",
  labels: {},
  taints: [],
  kubelet: {
    featureGates: {},
    cpuManagerPolicy: "none",
    systemReserved: { cpu: "100m", memory: "256Mi" },
    kubeReserved: { cpu: "100m", memory: "256Mi" },
  },
};

export const controllerNode = (facts: Partial<ControllerFacts> = {}) =>
  rendered(controllerIgnition({ ...controllerFacts, ...facts }));

export const workerNode = (facts: Partial<WorkerFacts> = {}) =>
  rendered(workerIgnition({ ...workerFacts, ...facts }));

/** One node of every kind that settings can ask for. */
export const everyKindOfNode: Record<string, () => RenderedNode> = {
  "a controller": () => controllerNode(),
  "an arm64 controller": () => controllerNode({ architecture: "arm64" }),
  "a controller of another version": () => controllerNode({ kubernetesVersion: "1.36.3" }),
  "a worker": () => workerNode(),
  "an arm64 worker from a mirror": () =>
    workerNode({ architecture: "arm64", downloads: { mirror: "https://mirror.example.com/", sha256: {} } }),
  "a worker with labels and taints": () =>
    workerNode({
      labels: { "example.com/disk": "fast", team: "a" },
      taints: [
        { key: "dedicated", value: "a", effect: "NoSchedule" },
        { key: "example.com/drained", effect: "NoExecute" },
      ],
    }),
  "a worker without the project's add-ons": () => workerNode({ podNetwork: "other", cloudProvider: "other" }),
  "a worker with kubelet options": () =>
    workerNode({
      kubelet: {
        featureGates: { NodeSwap: true, InPlacePodVerticalScaling: false },
        cpuManagerPolicy: "static",
        systemReserved: { cpu: "500m", memory: "1Gi", "ephemeral-storage": "2Gi" },
        kubeReserved: {},
      },
    }),
};

/** Names of a node's chores: the instances of `chore@.timer` that a unit wants. */
export const choresOf = ({ units }: RenderedNode): string[] =>
  units
    .flatMap(({ contents = "", dropins = [] }) => [contents, ...dropins.map((dropin) => dropin.contents)])
    .flatMap((text) => [...text.matchAll(/^Wants=chore@(.*)\.timer$/gm)])
    .map(([, name]) => name);

function rendered(json: string): RenderedNode {
  const config = JSON.parse(json) as IgnitionConfig;
  const texts = new Map<string, string>();
  for (const { path, contents } of config.storage?.files ?? []) {
    const [, base64] = /^data:;base64,(.*)$/.exec(contents.source) ?? [];
    if (base64 !== undefined) texts.set(path, Buffer.from(base64, "base64").toString());
  }
  return { json, config, texts, units: config.systemd?.units ?? [] };
}
