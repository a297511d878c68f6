import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Cloud, zone } from "./cloud";
import { Controllers, voters, votersOf, waitUntil } from "./controllers";
import { Node } from "./node";
import { sharedCloud } from "./sharedCloud";

describe("a cluster that serves, whatever a hand takes away", function () {
  this.timeout(240_000);
  let cloud: Cloud;
  let controllers: Controllers;
  // The controllers of the moment: at least two of the first three are replaced.
  let nodes: Node[];

  before(async () => {
    cloud = await sharedCloud();
    controllers = await Controllers.prepare(cloud);
    nodes = await controllers.form(3);
    await nodes[0].etcdctl("put written-by the-first-three");
    for (let n = 0; n < 2; n++) {
      const newcomer = await replacement();
      await controllers.start(newcomer);
    }
  });
  after(() => controllers?.stop());

  /** The oldest controller vanishes, and a new one boots. */
  const replacement = async (): Promise<Node> => {
    await controllers.crash(nodes.shift()!);
    const [newcomer] = await controllers.boot(1);
    nodes.push(newcomer);
    controllers.publish(...nodes);
    await cloud.inService(...nodes.slice(0, -1).map(({ instance }) => instance));
    return newcomer;
  };

  const formation = (epoch: number, more: object = {}) => ({
    epoch,
    token: `test-${epoch}`,
    members: nodes.map(({ instance: { id, address } }) => ({ id, name: `${id}.etcd.${zone}`, address })),
    snapshot: null,
    replaces: [],
    ...more,
  });
  const write = (key: string, object: object) => cloud.putObject(key, JSON.stringify(object));
  const isThere = (key: string) =>
    cloud.readObject(key).then(
      () => true,
      () => false,
    );

  /** As etcd-reconcile.timer on all that serve; gives what they say. */
  const reconcile = async (serving: Node[]) => {
    const logs = [];
    for (const node of serving) {
      logs.push(await node.mustSucceed("etcd-reconcile"));
      assert.equal(node.systemctlOrders(), "", "etcd goes on");
    }
    return logs.join("");
  };

  const isWhole = async () => {
    assert.deepEqual(await voters(nodes[0]), votersOf(...nodes));
    assert.equal(await nodes[2].etcdctl("get written-by --print-value-only"), "the-first-three");
    assert.ok(!(await isThere("etcd/formation-2.json")), "there is no other formation");
    assert.equal(JSON.parse(await cloud.readObject("etcd/formed-1.json")).epoch, 1);
    assert.equal(JSON.parse(await cloud.readObject("etcd/formation-1.json")).epoch, 1);
  };

  for (const gone of [["formed"], ["formation"], ["formation", "formed"]]) {
    it(`keeps its data, and writes it again, without the object ${gone.join(" and ")} of its epoch`, async () => {
      const before = await cloud.readObject("etcd/formation-1.json");
      for (const name of gone) await cloud.deleteObject(`etcd/${name}-1.json`);
      const newcomer = await replacement();
      const joins = controllers.start(newcomer);
      if (gone.includes("formed")) await sleep(4000);
      assert.ok(!(await isThere("etcd/formation-2.json")));
      assert.match(await reconcile(nodes.slice(0, 2)), /etcd\/form\S+-1.json was gone: written again/);
      const log = await joins;
      if (gone.includes("formed"))
        assert.match(
          log,
          /waiting: \S+formed-<epoch>.json shall name the cluster that has formed: i-\w+ i-\w+ in service/,
        );
      assert.match(log, /added as a learner[^]*promoted/);
      assert.deepEqual(JSON.parse(await cloud.readObject("etcd/formation-1.json")), JSON.parse(before));
      await isWhole();
    });
  }

  it("keeps its data while nobody is in service yet and no object is there: one answers through the quorum", async () => {
    for (const name of ["formation", "formed"]) await cloud.deleteObject(`etcd/${name}-1.json`);
    const newcomer = await replacement();
    await cloud.inService();
    const joins = controllers.start(newcomer);
    await sleep(4000);
    assert.ok(!(await isThere("etcd/formation-1.json")));
    await reconcile(nodes.slice(0, 2));
    assert.match(await joins, /the cluster that has formed: one answers through its quorum[^]*promoted/);
    await isWhole();
  });

  const snapshot = "etcd/snapshots/2026-11-23T10-00-00Z-i-0a1b2c3d4e5f67890.db";
  const strange: Record<string, () => object> = {
    "another cluster's": () => formation(2, { token: "other-2" }),
    "another zone's": () => formation(2, { members: [{ id: "i-0a1b2c3d", name: "i-0a1b2c3d.etcd.example.org", address: "10.0.0.1" }] }), // prettier-ignore
    "a namesake's, restored from a snapshot": () => formation(2, { snapshot, replaces: ["1234abcd"] }),
    "one that a hand wrote": () => formation(2),
  };
  for (const [whose, object] of Object.entries(strange)) {
    it(`keeps its data beside a later formation, ${whose}; a newcomer waits until that is gone`, async () => {
      await write("etcd/formation-2.json", object());
      await reconcile(nodes);
      const newcomer = await replacement();
      const joins = controllers.start(newcomer);
      await sleep(4000);
      await nodes[1].stopEtcd("KILL");
      await nodes[1].startEtcd();
      await waitUntil("the member to be back", () => nodes[1].etcdctl("endpoint health").then(() => true, () => false)); // prettier-ignore
      await reconcile(nodes.slice(0, 2));
      await cloud.deleteObject("etcd/formation-2.json");
      assert.match(await joins, /waiting: [^]*promoted/);
      await isWhole();
    });
  }

  it("keeps its data beside another cluster's formed object, and tells it", async () => {
    const own = await cloud.readObject("etcd/formed-1.json");
    await write("etcd/formed-1.json", { ...JSON.parse(own), clusterId: "1234abcd" });
    assert.match(
      await reconcile(nodes),
      /ERROR: S3 names epoch 1, cluster 1234abcd, and this member serves epoch 1/,
    );
    const joins = controllers.start(await replacement());
    await sleep(4000);
    await cloud.putObject("etcd/formed-1.json", own);
    assert.match(
      await joins,
      /waiting: cluster 1234abcd shall answer, which etcd\/formed-1.json names[^]*promoted/,
    );
    await isWhole();
  });

  it("does not restore what was restored before, when its formation is gone", async () => {
    for (const name of ["formation", "formed"]) await cloud.deleteObject(`etcd/${name}-1.json`);
    await write("etcd/restore.json", { epoch: 1, snapshot });
    assert.match(await reconcile(nodes), /written again/);
    await cloud.deleteObject("etcd/restore.json");
    await isWhole();
  });

  it("writes notes again that are gone from a member's disk", async () => {
    const notes = ["epoch", "formed", "formation"].map((name) => `/var/lib/cluster/etcd-${name}`);
    const before = notes.map((note) => nodes[1].read(note));
    await nodes[1].sh(`rm ${notes.join(" ")}`);
    assert.match(await reconcile([nodes[1]]), /noting again that this data is of cluster \w+, epoch 1/);
    assert.deepEqual(notes.map((note) => JSON.parse(nodes[1].read(note))), before.map((text) => JSON.parse(text))); // prettier-ignore
    await nodes[1].stopEtcd("KILL");
    await controllers.start(nodes[1]);
    await isWhole();
  });

  it("writes notes again that are of a cluster which a restore has replaced, and keeps its data", async () => {
    const note = "/var/lib/cluster/etcd-formed";
    const before = nodes[1].read(note);
    nodes[1].write(note, JSON.stringify({ epoch: 1, token: "test-1", clusterId: "1234abcd" }));
    await write("etcd/formation-2.json", formation(2, { snapshot, replaces: ["1234abcd"] }));
    await reconcile([nodes[1]]);
    await cloud.deleteObject("etcd/formation-2.json");
    assert.match(await reconcile([nodes[1]]), /noting again that this data is of cluster \w+, epoch 1/);
    assert.deepEqual(JSON.parse(nodes[1].read(note)), JSON.parse(before));
    await isWhole();
  });

  it("keeps the data of a member whose peer URL a hand has changed in etcd's list", async () => {
    const [, node] = nodes;
    const { id, address } = node.instance;
    const own =
      (await node.etcdctl("member list")).split("\n").find((line) => line.includes(`, ${id}, `)) ?? "";
    const [member] = own.split(", ");
    const url = `https://${id}.etcd.${zone}:2380`;
    await node.etcdctl(`member update ${member} --peer-urls=${url},https://${address}:2380`);
    await node.stopEtcd("KILL");
    const log = await controllers.start(node);
    await node.etcdctl(`member update ${member} --peer-urls=${url}`);
    assert.match(log, /data and member list agree/);
    assert.doesNotMatch(log, /wiping/);
    await isWhole();
  });

  it("keeps members that answer, though EC2 has forgotten their instances", async () => {
    const { stdout, stderr } = await nodes[0].withLibraries(`
      source /run/cluster/instance.env
      for lib in dns gone etcd; do source /opt/cluster/lib/$lib.sh; done
      gone_instances() { printf '%s\\n' "$@"; }
      remove_gone_members
      members | wc -l`);
    assert.equal(stdout.trim(), "3", stderr);
    await isWhole();
  });

  it("reads nothing of another shape, and runs nothing of it", async () => {
    const code = "a[$(touch /tmp/ran)]";
    const refused: Record<string, unknown[]> = {
      "etcd/formation-1.json": [
        ...[code, [], null, 1, {}, [formation(1)]],
        ...[{ epoch: code }, { epoch: "1" }, { epoch: 2 }, { token: code }, { members: [] }, { members: code }],
        ...[{ snapshot: `etcd/snapshots/${code}.db` }, { snapshot: "etcd/snapshots/../x.db" }, { snapshot: `${snapshot}\n` }],
        ...[{ replaces: [code] }, { replaces: "12" }, { more: 1 }],
        ...[{ id: code }, { id: "i-0a1b2c3d\n" }, { name: "i-0a1b2c3d" }, { address: "$(touch /tmp/ran)" }].map((part) => ({
          members: [{ id: "i-0a1b2c3d", name: `i-0a1b2c3d.etcd.${zone}`, address: "10.0.0.1", ...part }],
        })),
      ].map((part) => (typeof part === "object" && part && !Array.isArray(part) && Object.keys(part).length ? formation(1, part) : part)),
      "etcd/formed-1.json": [
        ...[code, [], {}, null, { epoch: 1 }, { epoch: code, clusterId: "12" }, { epoch: 1, clusterId: code }],
        ...[{ epoch: 1, clusterId: "12", token: "other-1" }, { epoch: 2, clusterId: "12" }, { epoch: 1, clusterId: 12 }],
      ],
      "etcd/restore.json": [
        ...[code, [], {}, { epoch: code, snapshot }, { epoch: "2", snapshot }, { epoch: 1.5, snapshot }],
        ...[{ epoch: 1e9, snapshot }, { epoch: 2 }, { epoch: 2, snapshot: code }, { epoch: 2, snapshot: "etcd/formed-1.json" }],
      ],
    }; // prettier-ignore
    const bodies = Object.entries(refused).flatMap(([key, objects]) =>
      [...objects.map((object) => JSON.stringify(object)), "", "{", '{} {"epoch": 1}', "\u0000"].map(
        (body) => [key, body],
      ),
    );
    await nodes[0].sh(`mkdir /tmp/bodies; echo '${JSON.stringify(bodies)}' >/tmp/bodies.json`);
    const { stdout, stderr } = await nodes[0].withLibraries(`
      source /run/cluster/instance.env
      for lib in dns gone etcd formation apiserver data restore; do source /opt/cluster/lib/$lib.sh; done
      s3_list() { echo "$key"; }
      s3_get() { AWS_STATUS=200; cp /tmp/body "$2"; }
      for ((i = 0; i < ${bodies.length}; i++)); do
        key=$(jq -r ".[$i][0]" /tmp/bodies.json)
        jq -j ".[$i][1]" /tmp/bodies.json >/tmp/body
        if read_formation && [[ $key != etcd/restore.json || $RESTORE_EPOCH != 0 ]]; then echo "taken: $key $(cat /tmp/body)"; fi
        if restore_is_due; then echo "due: $(cat /tmp/body)"; fi
      done
      for key in etcd/formation-08.json etcd/formation-99999.json 'etcd/formation-1+1.json' etcd/formation-0.json etcd/formation-.json; do
        read_formation; echo "$EPOCH"
      done`);
    assert.equal(stdout, "0\n".repeat(5), stderr);
    assert.equal(stderr.match(/is refused: it is no \w+ of cluster test/g)?.length, new Set(bodies.map(([key]) => key)).size, stderr); // prettier-ignore
    assert.ok(!nodes[0].exists("/tmp/ran"));
  });
});
