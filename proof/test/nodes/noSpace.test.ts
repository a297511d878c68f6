import assert from "node:assert/strict";
import { Controllers, members, voters, votersOf } from "./controllers";
import { waitUntil } from "./waitUntil";
import { Node } from "./node";
import { sharedCloud } from "./sharedCloud";

// etcd then refuses every write but deletions: https://etcd.io/docs/v3.6/op-guide/maintenance/#space-quota
describe("a cluster whose etcd has reached its quota", function () {
  this.timeout(180_000);
  let controllers: Controllers;
  let nodes: Node[];

  before(async () => {
    const cloud = await sharedCloud();
    controllers = await Controllers.prepare(cloud);
    nodes = await controllers.boot(3);
    controllers.publish(...nodes);
    for (const node of nodes) {
      const settings = node.read("/etc/etcd/etcd.conf");
      node.write("/etc/etcd/etcd.conf", settings.replace(/(backend-bytes)=\d+/, "$1=1000000"));
    }
    await Promise.all(nodes.map((node) => controllers.start(node)));
    await nodes[0].etcdctl("put written before");
    await waitUntil("the alarm", async () => {
      await nodes[0].etcdctl("put large $(head -c 60000 /dev/urandom | base64 -w0) >/dev/null 2>&1 || true");
      return /NOSPACE/.test(await nodes[0].etcdctl("alarm list"));
    });
    await assert.rejects(nodes[0].etcdctl("put written after"), /database space exceeded/);
  });
  after(() => controllers?.stop());

  it("warns of it in the log group", async () => {
    const { stderr } = await nodes[0].script("etcd-space");
    assert.match(
      stderr,
      /WARNING: the etcd database has \d+ % of its quota: \d+ of 0 MiB, of which \d+ hold data; at 100 % etcd refuses writes/,
    );
  });

  it("loses no member that its quorum needs: etcd itself refuses", async () => {
    const [asked, needed, down] = nodes;
    await down.stopEtcd();
    const { id } = (await members(asked)).find(({ instance }) => instance === needed.instance.id)!;
    await assert.rejects(asked.etcdctl(`member remove ${id}`), /unhealthy cluster/);
    assert.deepEqual(await voters(asked), votersOf(...nodes));
  });

  it("accepts a member that comes back", async () => {
    assert.match(
      await controllers.start(nodes[2]),
      /data and member list agree[^]*this member is a healthy voter/,
    );
  });

  it("is not ready for the next step of a rollout, and says why", async () => {
    assert.match(
      (await nodes[0].script("ready")).stderr,
      /ERROR: etcd is as large as its quota and refuses writes: .*alarm:NOSPACE/,
    );
  });

  it("lets members leave without the lock, because there is no space for it", async () => {
    const [stays, ...leaving] = nodes;
    for (const log of await Promise.all(leaving.map((node) => controllers.leave(node))))
      assert.match(
        log,
        /no space for the lock \(alarm NOSPACE\): leaving without it[^]*stopping etcd[^]*terminate hook completed/,
      );
    assert.deepEqual(await voters(stays), votersOf(stays));
    assert.equal(await stays.etcdctl("get written --print-value-only"), "before");
  });
});
