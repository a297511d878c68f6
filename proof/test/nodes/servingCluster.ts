import assert from "node:assert/strict";
import { Cloud, zone } from "./cloud";
import { Controllers, voters, votersOf } from "./controllers";
import { Node } from "./node";
import { sharedCloud } from "./sharedCloud";

/** A cluster that serves, two of whose first three members are replaced already. */
export class ServingCluster {
  private constructor(
    readonly cloud: Cloud,
    readonly controllers: Controllers,
    /** The current controllers, the oldest first. */
    readonly nodes: Node[],
  ) {}

  static async form(): Promise<ServingCluster> {
    const cloud = await sharedCloud();
    const controllers = await Controllers.prepare(cloud);
    const cluster = new ServingCluster(cloud, controllers, await controllers.form(3));
    await cluster.nodes[0].etcdctl("put written-by the-first-three");
    for (let n = 0; n < 2; n++) await controllers.start(await cluster.replacement());
    return cluster;
  }

  /** The oldest controller vanishes, and a new one boots. */
  async replacement(): Promise<Node> {
    const { cloud, controllers, nodes } = this;
    await controllers.crash(nodes.shift()!);
    const [newcomer] = await controllers.boot(1);
    nodes.push(newcomer);
    controllers.publish(...nodes);
    await cloud.inService(...nodes.slice(0, -1).map(({ instance }) => instance));
    return newcomer;
  }

  /** A formation of these members, as in S3. */
  formation(epoch: number, more: object = {}): object {
    return {
      epoch,
      token: `test-${epoch}`,
      members: this.nodes.map(({ instance: { id, address } }) => ({
        ...{ id, name: `${id}.etcd.${zone}`, address },
      })),
      snapshot: null,
      replaces: [],
      ...more,
    };
  }

  async write(key: string, object: object): Promise<void> {
    await this.cloud.putObject(key, JSON.stringify(object));
  }

  isThere(key: string): Promise<boolean> {
    return this.cloud.readObject(key).then(
      () => true,
      () => false,
    );
  }

  /** Like etcd-reconcile.timer on all serving controllers; returns their logs. */
  async reconcile(serving: readonly Node[]): Promise<string> {
    const logs = [];
    for (const node of serving) {
      logs.push(await node.mustSucceed("etcd-reconcile"));
      assert.equal(node.systemctlOrders(), "", "etcd goes on");
    }
    return logs.join("");
  }

  /** @throws AssertionError if it has changed: it must have three voters, their data, one epoch */
  async isWhole(): Promise<void> {
    const { cloud, nodes } = this;
    assert.deepEqual(await voters(nodes[0]), votersOf(...nodes));
    assert.equal(await nodes[2].etcdctl("get written-by --print-value-only"), "the-first-three");
    assert.ok(!(await this.isThere("etcd/formation-2.json")), "there is no other formation");
    assert.equal(JSON.parse(await cloud.readObject("etcd/formed-1.json")).epoch, 1);
    assert.equal(JSON.parse(await cloud.readObject("etcd/formation-1.json")).epoch, 1);
  }
}
