import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { instanceOf, type Node } from "../../kubernetes/kubernetes";
import type { Machine } from "../../node/machine";
import type { Drill } from "../drill";
import { Web, type Pod } from "../pods/web";

/** Ports of a controller that security groups close to workers, and so to pods. */
const closed = { ssh: 22, "etcd for clients": 2379, "etcd for peers": 2380, kubelet: 10250 };

/** An attempt to connect: the port, and whether there was any answer. */
interface Try {
  readonly from: string;
  readonly to: string;
  readonly answered: boolean;
}

/**
 * The pod network does not bypass the security groups: a pod and root on a worker try it against a
 * controller.
 */
export const overlay: Drill = {
  name: "overlay",
  kubernetes: "real",
  size: 3,
  workers: 2,
  limits: {},
  async run(stage) {
    const { lab } = stage;
    const web = await Web.deploy(lab.kubernetes);
    const [pod] = await web.pods();
    const worker = lab.machines().find(({ instance }) => instance.hostname === pod?.spec.nodeName);
    const [{ id: controllerId = "" } = {}] = await lab.cluster.controllers();
    const controller = lab.machine(controllerId);
    const nodes = await lab.kubernetes.list<Node & { readonly spec: { readonly podCIDR: string } }>("nodes");
    const node = nodes.find((each) => instanceOf(each) === controllerId);
    if (!pod || !worker || !node)
      throw new Error("no pod runs on a worker of the lab, or a controller is no Node");

    // The first two addresses of its range: flannel's device, and the bridge of its pods.
    const [network = ""] = node.spec.podCIDR.split("/");
    const bridge = network.replace(/\.0$/, ".1");
    const addresses = { "its address": controller.instance.address, "flannel.1": network, cni0: bridge };
    // Ports that a pod and root on a worker may always reach. They show that the attempts themselves work.
    const api = await fromPod(web, pod, addresses["its address"], 6443);
    if (!api) throw new Error("a pod does not reach the API of a controller");

    const tries: Try[] = [];
    for (const [what, address] of Object.entries(addresses)) {
      for (const [service, port] of Object.entries(closed)) {
        const to = `${what}, ${service} (${address}:${port})`;
        tries.push({ from: "a pod", to, answered: await fromPod(web, pod, address, port) });
        const answered = await throughOverlay(worker, address, network, port);
        tries.push({ from: "root on a worker, by the overlay", to, answered });
      }
    }
    const table = tries.map(
      ({ from, to, answered }) => `${from} | ${to} | ${answered ? "ANSWERED" : "silence"}`,
    );
    writeFileSync(join(stage.folder, "overlay.txt"), `${table.join("\n")}\n`);
    const reached = table.filter((_, i) => tries[i]?.answered);
    if (reached.length > 0) throw new Error(`reached: ${reached.join("; ")}`);
    stage.note(`${tries.length} tries, and silence each time`);
    return {
      what: "a pod and root on a worker tried a controller's ports by the pod network",
      seconds: null,
      figures: { tries: tries.length, answered: reached.length },
    };
  },
};

/** Whether a pod gets any answer from a port within five seconds; a refused connection counts as an answer. */
async function fromPod(web: Web, pod: Pod, address: string, port: number): Promise<boolean> {
  const answer = await web
    .ask(pod, "fetch", { url: `http://${address}:${port}/` })
    .catch((error: Error) => error);
  return !(answer instanceof Error && /context deadline exceeded|i\/o timeout/.test(answer.message));
}

/** The same for root on a worker, which sends to the address through VXLAN. Security groups let VXLAN pass. */
async function throughOverlay(
  worker: Machine,
  address: string,
  network: string,
  port: number,
): Promise<boolean> {
  const route =
    address === network ? ":" : `ip route replace ${address}/32 via ${network} dev flannel.1 onlink`;
  const back = address === network ? ":" : `ip route del ${address}/32 via ${network} dev flannel.1`;
  const script = `${route}; curl --silent --max-time 3 --output /dev/null http://${address}:${port}/; status=$?; ${back}; exit $status`;
  const { status } = await worker.run(["bash", "-c", script]);
  return status !== curlTimedOut;
}

/** https://curl.se/docs/manpage.html#EXIT */
const curlTimedOut = 28;
