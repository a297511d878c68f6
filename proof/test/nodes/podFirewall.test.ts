import assert from "node:assert/strict";
import { openPorts } from "../../../components/network/securityGroups";
import { controllerNode, workerNode } from "../../../test/ignition/rendered";
import { listening, OverlayNode, Place } from "./podNetwork";

const rulesOf = ({ texts }: ReturnType<typeof controllerNode>, network: string) =>
  texts.get(`/etc/cluster/pod-firewall/${network}.nft`) ?? "";

describe("Traffic that bypasses the security groups through the pod network", function () {
  this.timeout(120_000);
  let controller: OverlayNode;
  let worker: OverlayNode;
  /** Services that the worker can reach only through the controller. */
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

  /** A route for root on a worker to the controller's own address, which no security group sees. */
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

  /** Everything, without rules that stop it. */
  describe("without the nodes' rules,", () => {
    it("reaches all ports of a controller, from a pod and from root on a worker", () => {
      for (const address of [controller.inRange(0), controller.inRange(1)]) {
        assert.deepEqual(worker.pod.reaches(address), listening);
        assert.deepEqual(worker.host.reaches(address), listening);
      }
      throughTheOverlay(() => assert.deepEqual(worker.host.reaches(controller.address), listening));
    });

    it("can have another pod's address, and reaches services behind the controller", async () => {
      const packet = { mac: controller.mac, from: worker.inRange(7), to: controller.inRange(2) };
      worker.pod.sendWrapped("wrapped1", { ...packet, node: controller.address });
      assert.ok(await controller.pod.hears("wrapped1"));
      assert.deepEqual(worker.host.reaches(beyond), listening);
    });
  });

  describe("with the nodes' rules,", () => {
    const load = (node: OverlayNode, kind: typeof controllerNode | typeof workerNode) =>
      node.load(rulesOf(kind(), "flannel"));
    before(() => {
      load(controller, controllerNode);
      load(worker, workerNode);
    });

    it("reaches no port of a controller from a pod, at any of its addresses", () => {
      for (const last of [0, 1]) assert.deepEqual(worker.pod.reaches(controller.inRange(last)), []);
    });

    it("reaches no port of it from root on a worker that has removed its own rules", () => {
      worker.host.sh("nft delete table inet pod_firewall");
      for (const last of [0, 1]) assert.deepEqual(worker.host.reaches(controller.inRange(last)), []);
      throughTheOverlay(() => assert.deepEqual(worker.host.reaches(controller.address), []));
      assert.deepEqual(worker.host.reaches(beyond), [], "goes on to nobody but the controller's pods");
      load(worker, workerNode);
    });

    it("reaches no port of a worker either", () => {
      assert.deepEqual(controller.pod.reaches(worker.inRange(1)), []);
      assert.deepEqual(controller.host.reaches(worker.inRange(0)), []);
    });

    it("reaches every port of every pod, from pods and nodes", () => {
      assert.deepEqual(worker.pod.reaches(controller.inRange(2)), listening);
      assert.deepEqual(controller.pod.reaches(worker.inRange(2)), listening);
      assert.deepEqual(controller.host.reaches(worker.inRange(2)), listening);
      assert.deepEqual(worker.host.reaches(controller.inRange(2)), listening);
      assert.deepEqual(controller.host.reaches(controller.inRange(2)), listening);
    });

    it("is not blocked from a pod to the nodes where security groups decide", () => {
      assert.deepEqual(worker.pod.reaches(controller.address), listening);
    });

    it("from a controller's own pods reaches the API and the kubelet, but no other controller's etcd", () => {
      for (const address of [controller.address, controller.inRange(1)])
        assert.deepEqual(controller.pod.reaches(address), [6443, 10250]);
      assert.deepEqual(
        controller.pod.reaches(worker.address),
        listening.filter((port) => ![2379, 2380].includes(port)),
      );
    });

    it("from a worker's own pods reaches the user's ports there, and no shell", () => {
      assert.deepEqual(
        worker.pod.reaches(worker.address),
        listening.filter((port) => ![22, 2379, 2380].includes(port)),
      );
    });

    it("is also blocked at the addresses that interfaces give themselves", () => {
      const linkLocal = controller.host.sh("ip -6 -brief addr show dev cni0").match(/fe80::[0-9a-f:]+/)?.[0];
      assert.ok(linkLocal);
      assert.deepEqual(controller.pod.reaches(`${linkLocal}%eth0`, [22]), []);
    });

    it("includes no packet from a pod to the overlay", async () => {
      const packet = { mac: controller.mac, from: worker.inRange(7), to: controller.inRange(2) };
      worker.pod.sendWrapped("wrapped2", { ...packet, node: controller.address });
      controller.pod.sendWrapped("wrapped3", { ...packet, node: controller.address });
      controller.pod.sendWrapped("wrapped4", { ...packet, node: controller.inRange(1) });
      for (const word of ["wrapped2", "wrapped3", "wrapped4"])
        assert.ok(!(await controller.pod.hears(word)), word);
    });

    it("includes no packet with another's address", async () => {
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

    it("follows the new rules when they are loaded again", () => {
      load(controller, controllerNode);
      assert.deepEqual(worker.pod.reaches(controller.inRange(1)), []);
    });
  });

  describe("with another pod network than the project's,", () => {
    before(() => {
      for (const node of [controller, worker]) node.load(rulesOf(controllerNode(), "other"));
    });

    it("reaches neither a shell nor etcd from pods, nor the overlay", async () => {
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
  it("agree: a controller's pods reach the API and the kubelet, and never etcd or a shell", () => {
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
