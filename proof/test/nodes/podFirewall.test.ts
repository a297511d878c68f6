import assert from "node:assert/strict";
import { openPorts } from "../../../components/network/securityGroups";
import { controllerNode, workerNode } from "../../../test/ignition/rendered";
import { listening, OverlayNode, Place } from "./podNetwork";

const rulesOf = ({ texts }: ReturnType<typeof controllerNode>, network: string) =>
  texts.get(`/etc/cluster/pod-firewall/${network}.nft`) ?? "";

describe("What the pod network carries past the security groups", function () {
  this.timeout(120_000);
  let controller: OverlayNode;
  let worker: OverlayNode;
  /** What the worker reaches by way of the controller alone, if at all. */
  let outside: Place;
  const beyond = "198.51.100.1";

  before(async () => {
    controller = await OverlayNode.make(1);
    worker = await OverlayNode.make(2);
    controller.join(worker);
    outside = await Place.make();
    outside.sh(`ip link add eth0 type veth peer name out netns ${controller.host.pid}
      ip addr add ${beyond}/24 dev eth0; ip link set eth0 up; ip route add default via 198.51.100.2`);
    controller.host.sh("ip addr add 198.51.100.2/24 dev out; ip link set out up");
    worker.host.sh(
      `ip route add ${beyond}/32 via ${controller.inRange(0)} dev flannel.1 onlink src ${worker.inRange(0)}`,
    );
    for (const place of [controller.host, controller.pod, worker.host, worker.pod, outside])
      await place.listen();
  });
  after(() => {
    outside?.remove();
    controller?.remove();
    worker?.remove();
  });

  /** A root worker's way to the controller's own address that no security group sees. */
  const throughTheOverlay = (commands: () => void) => {
    const { host } = worker;
    const route = `${controller.address}/32 via ${controller.inRange(0)} dev flannel.1 onlink src ${worker.inRange(0)}`;
    host.sh(`ip route add ${route} table 77; ip rule add to ${controller.address} ipproto tcp lookup 77`);
    try {
      commands();
    } finally {
      host.sh(`ip rule del to ${controller.address} ipproto tcp lookup 77; ip route flush table 77`);
    }
  };

  /** All of it, where nothing holds it up. */
  describe("without the nodes' rules", () => {
    it("is all that a controller listens on, for a pod and for a root worker", () => {
      for (const address of [controller.inRange(0), controller.inRange(1)]) {
        assert.deepEqual(worker.pod.reaches(address), listening);
        assert.deepEqual(worker.host.reaches(address), listening);
      }
      throughTheOverlay(() => assert.deepEqual(worker.host.reaches(controller.address), listening));
    });

    it("is a pod's packet in another pod's name, and the way to what only the controller reaches", async () => {
      const packet = { mac: controller.mac, from: worker.inRange(7), to: controller.inRange(2) };
      worker.pod.sendWrapped("wrapped1", { ...packet, node: controller.address });
      assert.ok(await controller.pod.hears("wrapped1"));
      assert.deepEqual(worker.host.reaches(beyond), listening);
    });
  });

  describe("with them", () => {
    const load = (node: OverlayNode, kind: typeof controllerNode | typeof workerNode) =>
      node.load(rulesOf(kind(), "flannel"));
    before(() => {
      load(controller, controllerNode);
      load(worker, workerNode);
    });

    it("is nothing of a controller for a pod, at whichever of its addresses", () => {
      for (const last of [0, 1]) assert.deepEqual(worker.pod.reaches(controller.inRange(last)), []);
    });

    it("is nothing of it for a root worker that has thrown its own rules away", () => {
      worker.host.sh("nft delete table inet pod_firewall");
      for (const last of [0, 1]) assert.deepEqual(worker.host.reaches(controller.inRange(last)), []);
      throughTheOverlay(() => assert.deepEqual(worker.host.reaches(controller.address), []));
      assert.deepEqual(worker.host.reaches(beyond), [], "goes on to nobody but the controller's pods");
      load(worker, workerNode);
    });

    it("is nothing of a worker either", () => {
      assert.deepEqual(controller.pod.reaches(worker.inRange(1)), []);
      assert.deepEqual(controller.host.reaches(worker.inRange(0)), []);
    });

    it("is every port of every pod, for pods and nodes", () => {
      assert.deepEqual(worker.pod.reaches(controller.inRange(2)), listening);
      assert.deepEqual(controller.pod.reaches(worker.inRange(2)), listening);
      assert.deepEqual(controller.host.reaches(worker.inRange(2)), listening);
      assert.deepEqual(worker.host.reaches(controller.inRange(2)), listening);
      assert.deepEqual(controller.host.reaches(controller.inRange(2)), listening);
    });

    it("does not come into the way of a pod to the nodes, where security groups decide", () => {
      assert.deepEqual(worker.pod.reaches(controller.address), listening);
    });

    it("leaves a controller's own pods the API and the kubelet, and of other controllers no etcd", () => {
      for (const address of [controller.address, controller.inRange(1)])
        assert.deepEqual(controller.pod.reaches(address), [6443, 10250]);
      assert.deepEqual(
        controller.pod.reaches(worker.address),
        listening.filter((port) => ![2379, 2380].includes(port)),
      );
    });

    it("leaves a worker's own pods what its user runs there, and no shell", () => {
      assert.deepEqual(
        worker.pod.reaches(worker.address),
        listening.filter((port) => ![22, 2379, 2380].includes(port)),
      );
    });

    it("is closed at the addresses that interfaces give themselves, too", () => {
      const linkLocal = controller.host.sh("ip -6 -brief addr show dev cni0").match(/fe80::[0-9a-f:]+/)?.[0];
      assert.ok(linkLocal);
      assert.deepEqual(controller.pod.reaches(`${linkLocal}%eth0`, [22]), []);
    });

    it("takes no packet for the overlay from a pod", async () => {
      const packet = { mac: controller.mac, from: worker.inRange(7), to: controller.inRange(2) };
      worker.pod.sendWrapped("wrapped2", { ...packet, node: controller.address });
      controller.pod.sendWrapped("wrapped3", { ...packet, node: controller.address });
      controller.pod.sendWrapped("wrapped4", { ...packet, node: controller.inRange(1) });
      for (const word of ["wrapped2", "wrapped3", "wrapped4"])
        assert.ok(!(await controller.pod.hears(word)), word);
    });

    it("takes no packet in another's name", async () => {
      const { pod, host } = worker;
      host.sh("nft delete table ip flannel"); // which would give root's packets the node's own name
      const own = worker.inRange(9);
      const forged = { outside: "10.0.0.99", receivers: controller.inRange(9), nobodys: "10.244.77.7", own };
      for (const [name, from] of Object.entries(forged)) {
        for (const [who, place, device] of [
          ["pod", pod, "eth0"],
          ["root", host, "flannel.1"],
        ] as const) {
          place.sh(`ip addr add ${from}/32 dev ${device}`);
          place.send(`${name}-${who}`, from, controller.inRange(2));
          assert.equal(await controller.pod.hears(`${name}-${who}`), name === "own", `${name} ${who}`);
          place.sh(`ip addr del ${from}/32 dev ${device}`);
        }
      }
    });

    it("is loaded again in the place of what was loaded", () => {
      load(controller, controllerNode);
      assert.deepEqual(worker.pod.reaches(controller.inRange(1)), []);
    });
  });

  describe("where the network is not the project's", () => {
    before(() => {
      for (const node of [controller, worker]) node.load(rulesOf(controllerNode(), "other"));
    });

    it("is neither a shell nor etcd for pods, nor a way into the overlay", async () => {
      for (const address of [controller.inRange(0), controller.inRange(1)])
        assert.deepEqual(
          worker.pod.reaches(address),
          listening.filter((port) => ![22, 2379, 2380].includes(port)),
        );
      assert.deepEqual(worker.pod.reaches(controller.inRange(2)), listening);
      worker.pod.sendWrapped("wrapped5", {
        ...{ node: controller.address, mac: controller.mac },
        ...{ from: worker.inRange(7), to: controller.inRange(2) },
      });
      assert.ok(!(await controller.pod.hears("wrapped5")));
    });
  });
});

describe("The nodes' rules and the security groups", () => {
  it("are of one mind: of what is open between groups a controller's pods get the API and the kubelet, and never etcd or a shell", () => {
    const text = rulesOf(controllerNode(), "flannel");
    const ports = openPorts.filter(({ to, protocol }) => to === "controllers" && protocol === "tcp");
    const [, open = ""] = /tcp dport \{ ([\d, ]+) \} accept/.exec(text) ?? [];
    const [, closed = ""] = /tcp dport \{ ([\d, ]+) \} counter drop/.exec(text) ?? [];
    const named = (list: string) => list.split(", ").map(Number);
    for (const { service, firstPort, lastPort } of ports) {
      const list = named(service === "kubernetes" || service === "kubelet" ? open : closed);
      for (let port = firstPort; port <= lastPort; port++)
        assert.ok(list.includes(port), `${service} ${port}`);
    }
    const vxlan = openPorts.find(({ service }) => service === "vxlan")!;
    assert.match(text, new RegExp(`udp dport ${vxlan.firstPort} counter drop`));
  });
});
