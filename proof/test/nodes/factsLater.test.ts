import assert from "node:assert/strict";
import { Cloud } from "./cloud";
import { Controllers } from "./controllers";
import { waitUntil } from "./waitUntil";
import { Node } from "./node";
import { ServingCluster } from "./servingCluster";

const snapshot = "etcd/snapshots/2026-11-23T10-00-00Z-i-0a1b2c3d4e5f67890.db";

describe("a cluster that serves, if a person adds a formation", function () {
  this.timeout(240_000);
  let cluster: ServingCluster;
  let cloud: Cloud;
  let controllers: Controllers;
  let nodes: Node[];

  before(async () => {
    cluster = await ServingCluster.form();
    ({ cloud, controllers, nodes } = cluster);
  });
  after(() => controllers?.stop());

  const strange: Record<string, () => object> = {
    "another cluster's": () => cluster.formation(2, { token: "other-2" }),
    "another zone's": () => cluster.formation(2, { members: [{ id: "i-0a1b2c3d", name: "i-0a1b2c3d.etcd.example.org", address: "10.0.0.1" }] }), // prettier-ignore
    "a namesake's, restored from a snapshot": () =>
      cluster.formation(2, { snapshot, replaces: ["1234abcd"] }),
    "one that a hand wrote": () => cluster.formation(2),
  };
  for (const [whose, object] of Object.entries(strange)) {
    it(`keeps its data beside a later formation, ${whose}; a new member waits until that is gone`, async () => {
      await cluster.write("etcd/formation-2.json", object());
      await cluster.reconcile(nodes);
      const newcomer = await cluster.replacement();
      const joins = controllers.start(newcomer);
      await newcomer.says("etcd-membership", /waiting until /);
      await nodes[1].stopEtcd("KILL");
      await nodes[1].startEtcd();
      await waitUntil("the member to be back", () => nodes[1].etcdctl("endpoint health").then(() => true, () => false)); // prettier-ignore
      await cluster.reconcile(nodes.slice(0, 2));
      await cloud.deleteObject("etcd/formation-2.json");
      assert.match(await joins, /waiting until [^]*promoted/);
      await cluster.isWhole();
    });
  }
});
