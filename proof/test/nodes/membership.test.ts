import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Cloud } from "./cloud";
import { Controllers, leaderOf, members, voters, votersOf } from "./controllers";
import { waitUntil } from "./waitUntil";
import { Node } from "./node";
import { sharedCloud } from "./sharedCloud";

describe("etcd membership", function () {
  this.timeout(120_000);
  let cloud: Cloud;
  let controllers: Controllers;
  // The current controllers; each test begins and ends with three voters.
  let nodes: Node[];

  before(async () => {
    cloud = await sharedCloud();
    controllers = await Controllers.prepare(cloud);
  });
  after(() => controllers?.stop());

  it("forms one cluster of three that start at once, and not before all are in the zone", async () => {
    nodes = await controllers.boot(3);
    controllers.publish(nodes[0], nodes[1]);
    const starts = Promise.all(nodes.map((node) => controllers.start(node)));
    await sleep(2000);
    await assert.rejects(cloud.readObject("etcd/formation-1.json"), /404/);
    controllers.publish(...nodes);
    const logs = await starts;
    assert.equal(logs.filter((log) => log.includes("epoch 1: created by this node")).length, 1);
    assert.deepEqual(await voters(nodes[0]), votersOf(...nodes));

    const formation = JSON.parse(await cloud.readObject("etcd/formation-1.json"));
    assert.deepEqual(
      formation.members.map(({ id }: { id: string }) => id).sort(),
      nodes.map((n) => n.instance.id).sort(),
    );
    const { epoch, clusterId } = JSON.parse(await cloud.readObject("etcd/formed-1.json"));
    assert.equal(epoch, 1);
    assert.ok(
      (await nodes[1].etcdctl("member list --write-out=json --hex")).includes(`"cluster_id":"${clusterId}"`),
    );
    await nodes[0].etcdctl("put written-by the-first-three");
  });

  it("stays the same when a node reboots without access to AWS", async () => {
    const before = await members(nodes[0]);
    await nodes[2].stopEtcd();
    await cloud.fail(Array(50).fill({ status: 503, code: "ServiceUnavailable" }));
    const log = await controllers.start(nodes[2]);
    await cloud.fail([]);
    assert.match(log, /data and member list agree/);
    assert.deepEqual(await members(nodes[0]), before);
  });

  it("stays the same when all nodes lose power and come back", async () => {
    const before = await members(nodes[0]);
    await Promise.all(nodes.map((node) => node.stopEtcd("KILL")));
    await Promise.all(nodes.map((node) => controllers.start(node)));
    assert.deepEqual(await members(nodes[0]), before);
    assert.equal(await nodes[2].etcdctl("get written-by --print-value-only"), "the-first-three");
  });

  it("keeps a member that is cut off but runs, and removes one whose instance is gone", async () => {
    const boss = await leaderOf(nodes);
    const [cutOff, other] = nodes.filter((node) => node !== boss);
    cutOff.partition(true);
    assert.equal(await boss.mustSucceed("etcd-reconcile"), "");
    assert.deepEqual(await voters(boss), votersOf(...nodes));
    cutOff.partition(false);
    await waitUntil("the member to be back", () => healthy(cutOff));

    await controllers.crash(other);
    assert.match(await boss.mustSucceed("etcd-reconcile"), /removed voter .* is gone/);
    assert.equal(await boss.mustSucceed("etcd-reconcile"), "", "a second run has nothing to do");
    nodes = [boss, cutOff];
    assert.deepEqual(await voters(boss), votersOf(...nodes));
  });

  it("adds a new member as a learner and promotes it", async () => {
    const [newcomer] = await controllers.boot(1);
    controllers.publish(...nodes, newcomer);
    const log = await controllers.start(newcomer);
    assert.match(log, /added as a learner[^]*promoted member/);
    nodes.push(newcomer);
    assert.deepEqual(await voters(newcomer), votersOf(...nodes));
    assert.equal(await newcomer.etcdctl("get written-by --print-value-only"), "the-first-three");
  });

  it("replaces a dead member by itself, when the new member is faster than the timer", async () => {
    const dead = nodes[1];
    await controllers.crash(dead);
    const [newcomer] = await controllers.boot(1);
    nodes = [...nodes.filter((node) => node !== dead), newcomer];
    controllers.publish(...nodes);
    assert.match(
      await controllers.start(newcomer),
      /removed voter .* is gone[^]*added as a learner[^]*promoted/,
    );
    assert.deepEqual(await voters(newcomer), votersOf(...nodes));
  });

  it("serves renewed certificates without a restart", async () => {
    const port = (number: number) => nodes[0].sh(`openssl s_client -connect ${nodes[0].instance.address}:${number} \\
      -cert /etc/etcd/pki/client.pem -key /etc/etcd/pki/client.pem </dev/null 2>/dev/null | openssl x509 -noout -serial`); // prettier-ignore
    const onDisk = (leaf: string) => nodes[0].sh(`openssl x509 -in /etc/etcd/pki/${leaf}.pem -noout -serial`);
    const before = await port(2379);
    await controllers.renewCertificates();
    await Promise.all(nodes.map((node) => node.mustSucceed("keys-sync")));
    assert.notEqual(await port(2379), before);
    assert.equal(await port(2379), await onDisk("server"));
    assert.equal(await port(2380), await onDisk("peer"));
    assert.deepEqual(await voters(nodes[0]), votersOf(...nodes));
  });

  it("stores a snapshot only from the leader, and the next one only when it is due", async () => {
    const logs = await Promise.all(nodes.map((node) => node.mustSucceed("etcd-snapshot")));
    assert.equal(logs.filter((log) => /etcd\/snapshots\/.*: revision \d+/.test(log)).length, 1);
    assert.deepEqual(await Promise.all(nodes.map((node) => node.mustSucceed("etcd-snapshot"))), ["", "", ""]);
  });

  it("lets a terminated leader go in order: leadership, etcd, member, hook", async () => {
    const [newcomer] = await controllers.boot(1);
    controllers.publish(...nodes, newcomer);
    await controllers.start(newcomer);
    nodes.push(newcomer);

    const leaving = await leaderOf(nodes);
    await cloud.describe({ ...leaving.instance, targetLifecycleState: "Terminated" });
    await cloud.calls();
    const log = await leaving.mustSucceed("lifecycle-watch");
    assert.match(log, /moved the leadership[^]*stopping etcd[^]*removed member[^]*terminate hook completed/);
    const [{ parameters }] = (await cloud.calls()).filter(
      ({ action }) => action === "CompleteLifecycleAction",
    );
    assert.deepEqual(parameters, {
      Version: "2011-01-01",
      Action: "CompleteLifecycleAction",
      AutoScalingGroupName: "test-controllers",
      LifecycleHookName: "terminate",
      InstanceId: leaving.instance.id,
      LifecycleActionResult: "CONTINUE",
    });
    nodes = nodes.filter((node) => node !== leaving);
    assert.deepEqual(await voters(nodes[0]), votersOf(...nodes));
    await waitUntil("the removed member's etcd to end", () => leaving.etcdExit !== undefined);
    assert.equal(leaving.etcdExit, 0, "so that Restart=on-failure leaves it off");
    await leaving.mustSucceed("etcd-reconcile");
    const orders = "stop kubeadm-init.service\nstop etcd.service\n";
    assert.equal(leaving.systemctlOrders(), orders, "and it does not come back");
  });

  it("lets a running member that was removed decide again: it wipes its data and joins", async () => {
    const [removed, present] = nodes;
    const { id } = (await members(present)).find(({ instance }) => instance === removed.instance.id)!;
    const remove = () => present.etcdctl(`member remove ${id}`).then(() => true, () => false); // prettier-ignore
    await waitUntil("the removal", remove);
    await waitUntil("the removed member's etcd to end", () => removed.etcdExit === 0);
    assert.match(await removed.mustSucceed("etcd-reconcile"), /this member was removed: deciding anew/);
    assert.equal(removed.systemctlOrders(), "start --no-block etcd.service\n");
    assert.match(await controllers.start(removed), /no member any more[^]*added as a learner[^]*promoted/);
    assert.deepEqual(await voters(present), votersOf(...nodes));
  });
});

describe("a formation that loses its majority before it forms", function () {
  this.timeout(120_000);
  let cloud: Cloud;
  let controllers: Controllers;

  before(async () => {
    cloud = await sharedCloud();
    controllers = await Controllers.prepare(cloud);
  });
  after(() => controllers?.stop());

  it("is followed by the next epoch, in which the survivor takes part without data", async () => {
    const [survivor, ...lost] = await controllers.boot(3);
    controllers.publish(survivor, ...lost);
    await survivor.startEtcd();
    assert.equal(await survivor.mustSucceed("etcd-reconcile"), "", "the others may still come");

    await Promise.all(lost.map((node) => controllers.crash(node)));
    const newcomers = await controllers.boot(2);
    controllers.publish(survivor, ...newcomers);
    assert.match(
      await survivor.mustSucceed("etcd-reconcile"),
      /the data of epoch 1 is left behind: deciding anew/,
    );
    assert.equal(survivor.systemctlOrders(), "restart --no-block etcd.service\n");
    await survivor.stopEtcd("KILL");

    const nodes = [survivor, ...newcomers];
    const logs = await Promise.all(nodes.map((node) => controllers.start(node)));
    assert.match(
      logs[0],
      /(wiping the data of epoch 1|epoch 1 is over)[^]*starting as a first member of epoch 2/,
    );
    assert.deepEqual(await voters(survivor), votersOf(...nodes));
    assert.equal(JSON.parse(await cloud.readObject("etcd/formed-2.json")).epoch, 2);
  });
});

const healthy = (node: Node) =>
  node.etcdctl("endpoint health").then(
    () => true,
    () => false,
  );
