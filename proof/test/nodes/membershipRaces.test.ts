import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Cloud, zone } from "./cloud";
import { Controllers, members, voters, votersOf } from "./controllers";
import { waitUntil } from "./waitUntil";
import { sharedCloud } from "./sharedCloud";

// Traces that the model (test/model) found, see docs/membership.md. They also include events between two
// questions of a script, which the model takes as one step.
describe("etcd membership, in races that rarely happen", function () {
  this.timeout(300_000);
  let cloud: Cloud;
  let controllers: Controllers;

  beforeEach(async () => {
    controllers?.stop();
    cloud = await sharedCloud();
    controllers = await Controllers.prepare(cloud);
  });
  after(() => controllers?.stop());

  it("begins again when etcd has ended before it wrote its first log", async () => {
    const nodes = await controllers.form(1);
    const [newcomer] = await controllers.boot(1);
    controllers.publish(...nodes, newcomer);
    await newcomer.mustSucceed("etcd-membership");
    newcomer.partition(true);
    const etcd =
      "source /etc/etcd/etcd.conf; set -a; source /run/etcd/membership.env; timeout 60 etcd $FLAGS 2>&1";
    const said = await newcomer.sh(`PATH=/opt/bin:$PATH; mkdir -p /var/lib/etcd; (${etcd}) || true`);
    assert.match(said, /cannot fetch cluster info/);
    assert.ok(newcomer.exists("/var/lib/etcd/member"), "a directory that is no data");
    newcomer.partition(false);
    assert.match(await controllers.start(newcomer), /starting as a joining member[^]*promoted/);
    assert.deepEqual(await voters(nodes[0]), votersOf(nodes[0], newcomer));
  });

  it("lets no leaving instance join: its etcd.service stops before the hook is completed", async () => {
    const nodes = await controllers.form(1);
    const [leaving] = await controllers.boot(1);
    controllers.publish(...nodes, leaving);
    await cloud.describe({ ...leaving.instance, targetLifecycleState: "Terminated" });
    assert.match(await leaving.mustSucceed("lifecycle-watch"), /terminate hook completed/);
    assert.match(leaving.systemctlOrders(), /^stop etcd.service$/m);
  });

  it("keeps the only voter until the new member can take the data", async () => {
    const [old] = await controllers.form(1);
    await old.etcdctl("put written-by the-only-one");
    const [newcomer] = await controllers.boot(1);
    controllers.publish(old, newcomer);
    await newcomer.mustSucceed("etcd-membership");
    assert.deepEqual((await members(old)).map(({ role }) => role).sort(), ["learner", "voter"]);

    await cloud.describe({ ...old.instance, targetLifecycleState: "Terminated" });
    const leaves = old.mustSucceed("lifecycle-watch");
    await sleep(3000);
    await controllers.start(newcomer);
    // Of two voters, none can stop before its removal.
    assert.match(
      await leaves,
      /moved the leadership[^]*removed member[^]*stopping etcd[^]*terminate hook completed/,
    );
    await controllers.crash(old);
    assert.equal(await newcomer.etcdctl("get written-by --print-value-only"), "the-only-one");
  });

  it("does not stop the only voter while another member is being promoted", async () => {
    const [old] = await controllers.form(1);
    const [newcomer] = await controllers.boot(1);
    controllers.publish(old, newcomer);
    await newcomer.startEtcd();
    const { stdout, stderr } = await old.withLibraries(`
      source /opt/cluster/bin/etcd-leave no-step
      reach_cluster
      learner=$(sed -n 's/ .* learner .*//p' <<<"$MEMBERS")
      for ((tries = 0; tries < 100; tries++)); do ! etcdctl member promote "$learner" >&2 || break; sleep 0.2; done
      members | cut -d ' ' -f 3
      if rest_is_quorum; then echo stops; else echo stays; fi`);
    assert.equal(stdout, "voter\nvoter\nstays\n", stderr);
  });

  it("does not treat a formation as lost if it formed before its instances went", async () => {
    const [node] = await controllers.boot(1);
    const members = ["i-0a1b2c3d", "i-1a1b2c3d", "i-2a1b2c3d"].map((id, i) => ({
      ...{ id, name: `${id}.etcd.${zone}`, address: `10.0.0.${i + 10}` },
    }));
    const formation = { epoch: 1, token: "test-1", members, snapshot: null, replaces: [] };
    await cloud.putObject("etcd/formation-1.json", JSON.stringify(formation));
    const { stdout, stderr } = await node.withLibraries(`
      source /opt/cluster/lib/formation.sh
      # While EC2 is asked, the cluster forms, and its instances go.
      gone_instances() {
        formed_object 1 1234 >/tmp/formed.json
        s3_put_if_absent etcd/formed-1.json /tmp/formed.json && printf '%s\\n' "$@"
      }
      read_formation
      if formation_is_lost; then echo lost; else echo "formed as $CLUSTER_ID"; fi`);
    assert.equal(stdout, "formed as 1234\n", stderr);
  });

  it("lets nobody leave a cluster before it has formed: its formation would seem lost", async () => {
    await cloud.wantControllers(3);
    const nodes = await controllers.boot(3);
    const [leaving, ...others] = nodes;
    controllers.publish(...nodes);
    await Promise.all(nodes.map((node) => node.startEtcd()));
    await waitUntil("a quorum", () => others[0].etcdctl("endpoint health").then(() => true, () => false)); // prettier-ignore
    await cloud.describe({ ...leaving.instance, targetLifecycleState: "Terminated" });
    const leaves = leaving.mustSucceed("lifecycle-watch");
    await sleep(15_000); // etcd itself refuses for the first five seconds
    assert.equal((await members(others[0])).length, 3);

    await others[0].mustSucceed("etcd-promote");
    assert.match(await leaves, /removed member[^]*terminate hook completed/);
    assert.deepEqual(await voters(others[0]), votersOf(...others));
  });

  it("never starts a former member as new, even if nobody answers", async () => {
    await cloud.wantControllers(3);
    const [first, second, late] = await controllers.boot(3);
    controllers.publish(first, second, late);
    await Promise.all([first, second].map((node) => controllers.start(node)));
    const { id } = (await members(first)).find(({ instance }) => instance === late.instance.id)!;
    const remove = () => first.etcdctl(`member remove ${id}`).then(() => true, () => false); // prettier-ignore
    while (!(await remove())) await sleep(500);

    assert.match(await late.mustSucceed("etcd-membership"), /added as a learner/);
    controllers.publish(late);
    const decision = late.mustSucceed("etcd-membership");
    await sleep(5000);
    controllers.publish(first, second, late);
    assert.doesNotMatch(await decision, /first member/);
    assert.match(await controllers.start(late), /joining member[^]*promoted/);
    assert.deepEqual(await voters(first), votersOf(first, second, late));
  });
});
