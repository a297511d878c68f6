import assert from "node:assert/strict";
import { Cloud } from "./cloud";
import { Controllers } from "./controllers";
import { Node } from "./node";
import { ServingCluster } from "./servingCluster";

describe("a cluster that serves, if a person deletes any of its objects", function () {
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

  for (const gone of [["formed"], ["formation"], ["formation", "formed"]]) {
    it(`keeps its data, and writes it again, without the object ${gone.join(" and ")} of its epoch`, async () => {
      const before = await cloud.readObject("etcd/formation-1.json");
      for (const name of gone) await cloud.deleteObject(`etcd/${name}-1.json`);
      const newcomer = await cluster.replacement();
      const joins = controllers.start(newcomer);
      if (gone.includes("formed")) await newcomer.says("etcd-membership", /waiting until /);
      assert.ok(!(await cluster.isThere("etcd/formation-2.json")));
      assert.match(
        await cluster.reconcile(nodes.slice(0, 2)),
        /etcd\/form\S+-1.json was gone: written again/,
      );
      const log = await joins;
      if (gone.includes("formed"))
        assert.match(
          log,
          /waiting until \S+formed-<epoch>.json names the cluster that has formed: i-\w+ i-\w+ served already/,
        );
      assert.match(log, /added as a learner[^]*promoted/);
      assert.deepEqual(JSON.parse(await cloud.readObject("etcd/formation-1.json")), JSON.parse(before));
      await cluster.isWhole();
    });
  }

  it("keeps its data before any instance is in service and without objects: a member answers through the quorum", async () => {
    for (const name of ["formation", "formed"]) await cloud.deleteObject(`etcd/${name}-1.json`);
    const newcomer = await cluster.replacement();
    await cloud.inService();
    const joins = controllers.start(newcomer);
    await newcomer.says("etcd-membership", /a cluster answers through its quorum/);
    assert.ok(!(await cluster.isThere("etcd/formation-1.json")));
    await cluster.reconcile(nodes.slice(0, 2));
    assert.match(
      await joins,
      /the cluster that has formed: a cluster answers through its quorum[^]*promoted/,
    );
    await cluster.isWhole();
  });
});
