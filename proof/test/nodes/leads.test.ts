import assert from "node:assert/strict";
import { Cloud } from "./cloud";
import { Controllers } from "./controllers";
import { Node } from "./node";
import { sharedCloud } from "./sharedCloud";

describe("The controller that does the chores of the cluster", function () {
  this.timeout(120_000);
  let cloud: Cloud;
  let controllers: Controllers;
  let nodes: Node[];

  before(async () => {
    cloud = await sharedCloud();
    controllers = await Controllers.prepare(cloud);
    nodes = await controllers.form(3);
    for (const node of nodes) await controllers.serveApi(node);
  });
  after(() => controllers?.stop());

  /** The controllers among these that lead. */
  async function leaders(among = nodes): Promise<Node[]> {
    const asked = among.map((node) => node.withLibraries("source /opt/cluster/lib/kubectl.sh; leads"));
    const outcomes = await Promise.all(asked);
    return among.filter((_, index) => outcomes[index]?.code === 0);
  }

  const ids = (some: readonly Node[]) => some.map(({ instance }) => instance.id);

  it("is exactly one, although all have the same host name", async () => {
    const names = await Promise.all(nodes.map((node) => node.sh("cat /proc/sys/kernel/hostname")));
    assert.equal(new Set(names).size, 1);
    assert.equal((await leaders()).length, 1);
  });

  it("is another one while its apiserver is not ready, and none while no apiserver is ready", async () => {
    const [first] = await leaders();
    assert.ok(first);
    await controllers.stopApi(first);
    const [second, ...more] = await leaders();
    assert.ok(second && second !== first && more.length === 0);
    const last = nodes.filter((node) => node !== first);
    for (const node of last) await controllers.stopApi(node);
    assert.deepEqual(ids(await leaders()), []);
    for (const node of nodes) await controllers.serveApi(node);
    assert.deepEqual(ids(await leaders()), ids([first]));
  });

  it("is every controller while the zone has no addresses", async () => {
    cloud.writeZone([]);
    assert.deepEqual(ids(await leaders()), ids(nodes));
    controllers.publish(...nodes);
    assert.equal((await leaders()).length, 1);
  });

  it("is one of the others after a crash, and none without a quorum", async () => {
    const [first] = await leaders();
    assert.ok(first);
    await controllers.crash(first);
    const rest = nodes.filter((node) => node !== first);
    const [second, ...more] = await leaders(rest);
    assert.ok(second && more.length === 0);
    await rest.find((node) => node !== second)?.stopEtcd("KILL");
    assert.deepEqual(ids(await leaders([second])), []);
  });
});
