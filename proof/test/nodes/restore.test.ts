import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Cloud } from "./cloud";
import { Controllers, voters, votersOf } from "./controllers";
import { waitUntil } from "./waitUntil";
import { Node } from "./node";
import { sharedCloud } from "./sharedCloud";

describe("the restore of a snapshot", function () {
  this.timeout(240_000);
  let cloud: Cloud;
  let controllers: Controllers;
  // The controllers of the moment.
  let nodes: Node[];
  // Three controllers that serve; `early` was written before the snapshot, `late` after it.
  let snapshot: string;

  before(async () => {
    cloud = await sharedCloud();
    controllers = await Controllers.prepare(cloud);
    nodes = await controllers.form(3);
    await nodes[0].etcdctl("put early 1");
    const logs = await Promise.all(nodes.map((node) => node.mustSucceed("etcd-snapshot")));
    [snapshot] = /etcd\/snapshots\/[\w-]+\.db/.exec(logs.join())!;
    await nodes[0].etcdctl("put late 1");
  });
  after(() => controllers?.stop());

  /** Like `pulumi up` with that setting. */
  const ask = (epoch: number, key = snapshot) =>
    cloud.putObject("etcd/restore.json", JSON.stringify({ snapshot: key, epoch }));

  /** Like etcd-reconcile.timer and the restart that it requests, up to etcd's end. */
  const seesTheRestore = async (node: Node, epoch: number) => {
    const log = await node.mustSucceed("etcd-reconcile");
    assert.match(
      log,
      new RegExp(`epoch ${epoch} begins with the snapshot ${snapshot}, as the operator asks`),
    );
    assert.equal(node.systemctlOrders(), "restart --no-block etcd.service\n");
    await node.stopEtcd();
  };

  const start = (...some: Node[]) => Promise.all(some.map((node) => controllers.start(node)));

  const goesOnAsItIs = async (...some: Node[]) => {
    for (const node of some) {
      assert.equal(await node.mustSucceed("etcd-reconcile"), "");
      assert.equal(node.systemctlOrders(), "");
    }
  };

  const hasBegun = (epoch: number) =>
    cloud.readObject(`etcd/formation-${epoch}.json`).then(
      () => true,
      () => false,
    );

  const value = (node: Node, key: string) => node.etcdctl(`get ${key} --print-value-only`);
  const revision = async (node: Node) => {
    const status = JSON.parse(await node.etcdctl("endpoint status --write-out=json")) as [
      { Status: { header: { revision: number } } },
    ];
    return status[0].Status.header.revision;
  };

  it("does not begin with a damaged or missing snapshot, and reports it", async () => {
    const damage = await nodes[0].withLibraries(`s3_get ${snapshot} /tmp/snapshot
      printf damage | dd of=/tmp/snapshot bs=1 seek=9000 conv=notrunc status=none
      s3_put etcd/snapshots/damaged.db /tmp/snapshot; head -c 9000 /tmp/snapshot >/tmp/part
      s3_put etcd/snapshots/part.db /tmp/part; rm /tmp/snapshot /tmp/part`);
    assert.equal(damage.code, 0, damage.stderr);
    const told: Record<string, RegExp> = {
      damaged:
        /ERROR: etcdutl refuses the snapshot s3:\/\/test-nodes\/etcd\/snapshots\/damaged\.db: .*sha256/,
      part: /ERROR: etcdutl refuses the snapshot s3:\/\/test-nodes\/etcd\/snapshots\/part\.db: .*hash/,
    };
    for (const [name, message] of Object.entries(told)) {
      await ask(2, `etcd/snapshots/${name}.db`);
      for (const node of nodes) assert.match(await node.mustSucceed("etcd-reconcile"), message);
      await goesOnAsItIs(...nodes);
    }
    // Only this version of the object is refused: a new version, or a new request, is checked again.
    await ask(1, "etcd/snapshots/part.db");
    await goesOnAsItIs(...nodes);
    await ask(2, "etcd/snapshots/part.db");
    assert.match(await nodes[1].mustSucceed("etcd-reconcile"), told.part);
    const mended = await nodes[0].withLibraries(`s3_get ${snapshot} /tmp/snapshot
      s3_put etcd/snapshots/part.db /tmp/snapshot; rm /tmp/snapshot`);
    assert.equal(mended.code, 0, mended.stderr);
    for (const node of nodes) {
      assert.match(await node.mustSucceed("etcd-reconcile"), /begins with the snapshot \S*part.db/);
      assert.equal(node.systemctlOrders(), "restart --no-block etcd.service\n");
    }
    await ask(2, "etcd/snapshots/missing.db");
    assert.match(
      await nodes[0].mustSucceed("etcd-reconcile"),
      /ERROR: cannot read the snapshot s3:\/\/test-nodes\/etcd\/snapshots\/missing\.db \(HTTP 404\)/,
    );
    assert.equal(nodes[0].systemctlOrders(), "");
    assert.ok(!(await hasBegun(2)));
  });

  it("fetches its snapshot once, even if several ask for it at the same time", async () => {
    await ask(2);
    const [node] = nodes;
    const untilReleased = "until [[ -e /run/release ]]; do sleep 0.1; done";
    const other = node.sh(
      `flock /run/cluster/fetch-snapshot.lock bash -c 'touch /run/held; ${untilReleased}'`,
    );
    await waitUntil("the lock", () => node.exists("/run/held"));
    await cloud.calls();
    const logs = [1, 2].map((run) => `/run/reconcile-${run}.log`);
    const runs = logs.map((log) => node.sh(`/opt/cluster/bin/etcd-reconcile 2>${log}`));
    const waits = /waiting up to 300 s for the other fetch of a snapshot to end\n/;
    for (const log of logs)
      await waitUntil("it to wait", () => node.exists(log) && waits.test(node.read(log)));
    node.write("/run/release", "");
    await Promise.all([other, ...runs]);
    for (const log of logs) assert.match(node.read(log), /as the operator asks/);
    const fetches = (await cloud.calls()).filter(({ url }) => url.includes(snapshot));
    assert.equal(fetches.length, 1);
    nodes[0].systemctlOrders();
  });

  it("does not begin for an epoch that is not the next one", async () => {
    for (const epoch of [1, 3]) {
      await ask(epoch);
      await goesOnAsItIs(...nodes);
    }
  });

  it("waits until nobody serves any more, and can be withdrawn until then", async () => {
    await ask(2);
    await seesTheRestore(nodes[0], 2);
    const decision = controllers.start(nodes[0]);
    await nodes[0].says("etcd-membership", /waiting until etcd has no quorum any more/);
    assert.ok(!(await hasBegun(2)));
    await cloud.deleteObject("etcd/restore.json");
    assert.match(
      await decision,
      /waiting until etcd has no quorum any more: epoch 2 begins with [^]*data and member list agree/,
    );
    assert.equal(await value(nodes[0], "late"), "1");
    await goesOnAsItIs(...nodes);
  });

  it("begins after the loss of the quorum on a survivor and new members; the survivor's apiserver stops first", async () => {
    const [survivor, cutOff, lost] = nodes;
    await controllers.crash(lost);
    cutOff.partition(true);
    const newcomers = await controllers.boot(2);
    controllers.publish(survivor, ...newcomers);
    const starts = newcomers.map((node) => controllers.start(node));
    await sleep(2000);
    assert.ok(!(await hasBegun(2)), "nothing is restored that nobody asked for");

    // It serves as long as its manifest exists, and a second longer.
    const manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml";
    survivor.write(manifest, "");
    const apiserver = survivor.sh(`python3 -m http.server 6443 >/dev/null 2>&1 & server=$!
      while [[ -e ${manifest} ]]; do sleep 0.1; done; sleep 1; ls -d /var/lib/etcd/member; kill $server`);
    await ask(2);
    await seesTheRestore(survivor, 2);
    const log = await controllers.start(survivor);
    assert.match(log, /stopping the apiserver[^]*epoch 1 is over, epoch 2 counts: the old data is kept in/);
    assert.match(log, /restored s3:\/\/test-nodes\/[^]*starting as a first member of epoch 2/);
    assert.equal(
      await apiserver,
      "/var/lib/etcd/member",
      "the data is moved after its apiserver has stopped",
    );
    assert.equal(survivor.systemctlOrders(), "stop kubeadm-init.service etcd-ready.target\n");
    const logs = [log, ...(await Promise.all(starts))];
    assert.equal(logs.filter((each) => each.includes("epoch 2: created by this node")).length, 1);

    nodes = [survivor, ...newcomers];
    assert.deepEqual(await voters(nodes[1]), votersOf(...nodes));
    assert.deepEqual([await value(nodes[2], "early"), await value(nodes[2], "late")], ["1", ""]);
    assert.ok(survivor.exists("/var/lib/cluster/etcd-of-epoch-1/member/wal"), "the old data is kept");
    assert.ok(!survivor.exists("/var/lib/cluster/restore"));
    assert.equal(JSON.parse(await cloud.readObject("etcd/formed-2.json")).epoch, 2);
    assert.equal(JSON.parse(await cloud.readObject("etcd/formation-2.json")).snapshot, snapshot);

    // A member of the old epoch comes back.
    controllers.publish(...nodes, cutOff);
    cutOff.partition(false);
    assert.match(
      await cutOff.mustSucceed("etcd-reconcile"),
      /the data of epoch 1 is left behind: deciding anew/,
    );
    assert.equal(cutOff.systemctlOrders(), "restart --no-block etcd.service\n");
    await cutOff.stopEtcd();
    assert.match(await controllers.start(cutOff), /epoch 1 is over[^]*added as a learner[^]*promoted/);
    nodes.push(cutOff);
    assert.deepEqual(await voters(cutOff), votersOf(...nodes));
    assert.equal(await value(cutOff, "late"), "");
  });

  it("exceeds every revision that a client can have seen, and ends its watches", async () => {
    assert.ok((await revision(nodes[0])) > 2e9);
    const watch = await nodes[0].sh(
      "source /opt/cluster/lib/etcd.sh; timeout 10 etcdctl watch early --rev=1000 2>&1 || true",
    );
    assert.match(watch, /compacted/);
  });

  it("is done once: nobody restores what has been restored", async () => {
    await nodes[0].etcdctl("put late 2");
    // First the setting stays, then it is removed.
    for (const withdraw of [false, true]) {
      if (withdraw) await cloud.deleteObject("etcd/restore.json");
      await goesOnAsItIs(...nodes);
      await nodes[1].stopEtcd("KILL");
      assert.match(await controllers.start(nodes[1]), /data and member list agree/);
      await controllers.crash(nodes.pop()!);
      const [newcomer] = await controllers.boot(1);
      nodes.push(newcomer);
      controllers.publish(...nodes);
      const log = await controllers.start(newcomer);
      assert.match(log, /added as a learner[^]*promoted/);
      assert.doesNotMatch(log, /restore/);
      assert.equal(await value(newcomer, "late"), "2");
    }
    assert.ok(!(await hasBegun(3)));
  });

  it("begins on new members alone, with the same snapshot again", async () => {
    const before = await revision(nodes[0]);
    await Promise.all(nodes.map((node) => controllers.crash(node)));
    nodes = await controllers.boot(3);
    controllers.publish(...nodes);
    await ask(3);
    for (const log of await start(...nodes)) assert.match(log, /restored s3:[^]*first member of epoch 3/);
    assert.deepEqual(await voters(nodes[0]), votersOf(...nodes));
    assert.deepEqual([await value(nodes[0], "early"), await value(nodes[0], "late")], ["1", ""]);
    assert.ok((await revision(nodes[0])) > before + 5e8, "later than anything of the epoch before");
  });

  it("also begins in a healthy cluster if somebody asks for it: the cluster goes back to the snapshot", async () => {
    await nodes[0].etcdctl("put late 3");
    await ask(4);
    for (const node of nodes) await seesTheRestore(node, 4);
    for (const log of await start(...nodes)) assert.match(log, /epoch 3 is over[^]*first member of epoch 4/);
    assert.deepEqual(await voters(nodes[0]), votersOf(...nodes));
    assert.deepEqual([await value(nodes[1], "early"), await value(nodes[1], "late")], ["1", ""]);
  });

  it("is carried on by a later epoch when its formation loses its majority before it forms", async () => {
    const [first, ...others] = nodes;
    await Promise.all(others.map((node) => controllers.crash(node)));
    const doomed = await controllers.boot(2);
    controllers.publish(first, ...doomed);
    await ask(5);
    await seesTheRestore(first, 5);
    await first.startEtcd();
    assert.ok(await hasBegun(5));
    await Promise.all(doomed.map((node) => controllers.crash(node)));
    const newcomers = await controllers.boot(2);
    nodes = [first, ...newcomers];
    controllers.publish(...nodes);
    assert.match(await first.mustSucceed("etcd-reconcile"), /the data of epoch 5 is left behind/);
    first.systemctlOrders();
    await first.stopEtcd("KILL");
    for (const log of await start(...nodes)) assert.match(log, /restored s3:[^]*first member of epoch 6/);
    assert.deepEqual(await voters(newcomers[0]), votersOf(...nodes));
    assert.deepEqual([await value(nodes[1], "early"), await value(nodes[1], "late")], ["1", ""]);
    await waitUntil("all to be healthy", async () => (await value(nodes[2], "early")) === "1");
  });
});
