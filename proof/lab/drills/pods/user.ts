import type { Lab } from "../../lab";
import type { KubernetesObject } from "../../kubernetes/kubernetes";
import type { Drill } from "../drill";
import { Web, webName, type Pod } from "./web";

/** The most requests to the Service until both of its pods have answered. */
const serviceAsks = 40;

interface Service extends KubernetesObject {
  readonly spec: { readonly clusterIP: string };
}

/** A user's work with the stack's kubeconfig: pods on two workers that find and reach each other. */
export const user: Drill = {
  name: "user",
  kubernetes: "real",
  size: 3,
  workers: 2,
  limits: {},
  async run(stage) {
    const { lab } = stage;
    const began = Date.now();
    const web = await Web.deploy(lab.kubernetes);
    const seconds = (Date.now() - began) / 1000;
    const [one, other] = await onTwoWorkers(lab, web);
    stage.note(
      `${one.metadata.name} runs on ${one.spec.nodeName}, ${other.metadata.name} on ${other.spec.nodeName}`,
    );

    const reached = await web.ask(one, "fetch", { url: `http://${other.status.podIP}:8080/` });
    if (reached !== other.metadata.name)
      throw new Error(`${other.status.podIP} is answered by "${reached}", and not by ${other.metadata.name}`);
    await serviceReachesBoth(web, one, [one, other]);
    await namesResolve(lab, web, one);
    await isProxiedByNftables(lab, one);
    return { what: "a Deployment, its Service and cluster DNS across two workers", seconds };
  },
};

async function onTwoWorkers(lab: Lab, web: Web): Promise<[Pod, Pod]> {
  const [one, other, ...more] = await web.pods();
  if (!one || !other || more.length > 0) throw new Error(`there are ${more.length + 2} pods, and not two`);
  const workers = lab.machines().map(({ instance }) => instance.hostname);
  for (const { spec } of [one, other])
    if (!workers.includes(spec.nodeName)) throw new Error(`${spec.nodeName} is no node of this cluster`);
  if (one.spec.nodeName === other.spec.nodeName) throw new Error(`both pods run on ${one.spec.nodeName}`);
  return [one, other];
}

/** The Service's address leads to both pods, also to the one on another node. */
async function serviceReachesBoth(web: Web, from: Pod, pods: readonly Pod[]): Promise<void> {
  const answered = new Set<string>();
  for (let ask = 0; ask < serviceAsks && answered.size < pods.length; ask++)
    answered.add(await web.ask(from, "fetch", { url: `http://${webName}/` }));
  const wanted = pods.map(({ metadata }) => metadata.name).sort();
  if ([...answered].sort().join() !== wanted.join())
    throw new Error(
      `the Service was answered by ${[...answered].join(", ")}, and not by ${wanted.join(", ")}`,
    );
}

/** Cluster DNS resolves the Service, and the names of the VPC's resolver. */
async function namesResolve(lab: Lab, web: Web, pod: Pod): Promise<void> {
  const { spec } = await lab.kubernetes.get<Service>("service", "web", "drill");
  const found = await web.ask(pod, "lookup", { name: webName });
  if (found !== spec.clusterIP) throw new Error(`${webName} is ${found}, and not ${spec.clusterIP}`);
  await web.ask(pod, "lookup", { name: new URL(lab.cluster.outputs.apiUrl).hostname });
}

async function isProxiedByNftables(lab: Lab, pod: Pod): Promise<void> {
  const node = lab.machines().find(({ instance }) => instance.hostname === pod.spec.nodeName);
  const { stdout = "" } = (await node?.run(["nft", "list", "tables"])) ?? {};
  if (!stdout.includes("table ip kube-proxy"))
    throw new Error(`kube-proxy has no nftables on ${pod.spec.nodeName}: ${stdout.trim()}`);
}
