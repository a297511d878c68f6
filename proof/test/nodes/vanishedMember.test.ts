import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Cloud } from "./cloud";
import { Controllers, leaderOf, voters, votersOf } from "./controllers";
import { Node } from "./node";
import { sharedCloud } from "./sharedCloud";

describe("A member that vanishes from the network", function () {
  this.timeout(120_000);
  let cloud: Cloud;
  let controllers: Controllers;
  let nodes: Node[];

  before(async () => {
    cloud = await sharedCloud();
    controllers = await Controllers.prepare(cloud);
    nodes = await controllers.form(3);
  });
  after(() => controllers?.stop());

  it("is removed without a pause for the others, although the leader has much data for it", async () => {
    const leader = await leaderOf(nodes);
    const [vanished, other] = nodes.filter((node) => node !== leader);
    const longestGap =
      leader.sh(`source /opt/cluster/lib/etcd.sh; head -c 20000 /dev/zero | tr '\\0' x >/run/value
      last=$(date +%s%3N)
      until [[ -e /run/enough ]]; do
        etcdctl put large </run/value >/dev/null
        now=$(date +%s%3N)
        echo "$((now - last))"
        last=$now
      done | sort -n | tail -n 1`);
    await sleep(1000);
    vanished.partition(true);
    await sleep(9000); // a write to it has begun to wait
    await cloud.terminate(vanished.instance.id);
    assert.match(await leader.mustSucceed("etcd-reconcile"), /removed voter .* is gone/);
    await sleep(1000);
    leader.write("/run/enough", "");
    assert.ok(Number(await longestGap) < 3000, `no write for ${await longestGap} ms`);
    assert.deepEqual(await voters(leader), votersOf(leader, other));
  });
});
