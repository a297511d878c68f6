import assert from "node:assert/strict";
import { Cloud } from "./cloud";
import { Controllers, voters, votersOf } from "./controllers";
import { waitUntil } from "./waitUntil";
import { Node } from "./node";
import { sharedCloud } from "./sharedCloud";

describe("the number of controllers", function () {
  this.timeout(180_000);
  let cloud: Cloud;
  let controllers: Controllers;
  let nodes: Node[] = [];

  before(async () => {
    cloud = await sharedCloud();
    controllers = await Controllers.prepare(cloud);
  });
  after(() => controllers?.stop());

  /** The group's size changes: Auto Scaling launches these, all at once. */
  const launch = async (desired: number) => {
    await cloud.wantControllers(desired);
    const newcomers = await controllers.boot(desired - nodes.length);
    nodes = [...nodes, ...newcomers];
    controllers.publish(...nodes);
    return Promise.all(newcomers.map((node) => controllers.start(node)));
  };

  /** The group's size changes: Auto Scaling terminates some, all at once. */
  const terminate = async (...leaving: Node[]) => {
    await cloud.wantControllers(nodes.length - leaving.length);
    const logs = await Promise.all(leaving.map((node) => controllers.leave(node)));
    // Not always "removed member": a request that timed out may have been received.
    for (const log of logs) assert.match(log, /stopping etcd[^]*terminate hook completed/);
    nodes = nodes.filter((node) => !leaving.includes(node));
    controllers.publish(...nodes);
    await Promise.all(leaving.map((node) => controllers.crash(node)));
  };

  const formed = async () =>
    (JSON.parse(await cloud.readObject("etcd/formation-1.json")) as { members: { id: string }[] }).members;

  /** How often it was requested since the last look. */
  const sizeQuestions = async () =>
    (await cloud.calls()).filter(({ action }) => action === "DescribeAutoScalingGroups").length;

  it("is read from the group, and the script waits for an answer", async () => {
    const [node] = await controllers.boot(1);
    nodes = [node];
    controllers.publish(node);
    await cloud.wantControllers(0);
    const start = controllers.start(node);
    await waitUntil("the question", async () => (await sizeQuestions()) > 0);
    await assert.rejects(cloud.readObject("etcd/formation-1.json"), /404/);
    await cloud.wantControllers(1);
    assert.match(
      await start,
      /waiting until Auto Scaling tells the desired capacity of the group test-contr/,
    );
    assert.deepEqual(await formed(), [
      {
        id: node.instance.id,
        name: `${node.instance.id}.etcd.test.example.com`,
        address: node.instance.address,
      },
    ]);
    await node.etcdctl("put written-by the-only-one");
  });

  it("grows from one to three, two joining at once", async () => {
    for (const log of await launch(3)) assert.match(log, /added as a learner[^]*promoted/);
    assert.deepEqual(await voters(nodes[2]), votersOf(...nodes));
  });

  it("grows from three to five", async () => {
    await launch(5);
    assert.deepEqual(await voters(nodes[4]), votersOf(...nodes));
  });

  it("shrinks from five to three, two leaving at once", async () => {
    await terminate(nodes[0], nodes[3]);
    assert.deepEqual(await voters(nodes[0]), votersOf(...nodes));
    assert.equal(await nodes[1].etcdctl("get written-by --print-value-only"), "the-only-one");
  });

  it("shrinks from three to one, two leaving at once", async () => {
    await terminate(nodes[0], nodes[2]);
    assert.deepEqual(await voters(nodes[0]), votersOf(...nodes));
    assert.equal(await nodes[0].etcdctl("get written-by --print-value-only"), "the-only-one");
  });

  it("is read only for the first formation", async () => {
    assert.equal((await formed()).length, 1);
    assert.ok((await sizeQuestions()) < 10);
  });
});

describe("five controllers that start at once", function () {
  this.timeout(120_000);

  it("form one cluster of five", async () => {
    const cloud = await sharedCloud();
    const controllers = await Controllers.prepare(cloud);
    try {
      const nodes = await controllers.form(5);
      assert.deepEqual(await voters(nodes[0]), votersOf(...nodes));
    } finally {
      controllers.stop();
    }
  });
});
