import assert from "node:assert/strict";
import { Cloud, zone } from "./cloud";
import { Controllers } from "./controllers";
import { Node } from "./node";
import { ServingCluster } from "./servingCluster";

const snapshot = "etcd/snapshots/2026-11-23T10-00-00Z-i-0a1b2c3d4e5f67890.db";

describe("a cluster that serves, if a person changes its facts", function () {
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

  it("keeps its data beside another cluster's formed object, and reports it", async () => {
    const own = await cloud.readObject("etcd/formed-1.json");
    await cluster.write("etcd/formed-1.json", { ...JSON.parse(own), clusterId: "1234abcd" });
    assert.match(
      await cluster.reconcile(nodes),
      /ERROR: S3 names epoch 1, cluster 1234abcd, and this member serves epoch 1/,
    );
    const newcomer = await cluster.replacement();
    const joins = controllers.start(newcomer);
    await newcomer.says("etcd-membership", /waiting until cluster 1234abcd/);
    await cloud.putObject("etcd/formed-1.json", own);
    assert.match(await joins, /waiting until cluster 1234abcd of etcd\/formed-1.json answers[^]*promoted/);
    await cluster.isWhole();
  });

  it("does not repeat a restore when its formation is gone", async () => {
    for (const name of ["formation", "formed"]) await cloud.deleteObject(`etcd/${name}-1.json`);
    await cluster.write("etcd/restore.json", { epoch: 1, snapshot });
    assert.match(await cluster.reconcile(nodes), /written again/);
    await cloud.deleteObject("etcd/restore.json");
    await cluster.isWhole();
  });

  it("writes missing notes on a member's disk again", async () => {
    const notes = ["epoch", "formed", "formation"].map((name) => `/var/lib/cluster/etcd-${name}`);
    const before = notes.map((note) => nodes[1].read(note));
    await nodes[1].sh(`rm ${notes.join(" ")}`);
    assert.match(
      await cluster.reconcile([nodes[1]]),
      /noting again that this data is of cluster \w+, epoch 1/,
    );
    assert.deepEqual(notes.map((note) => JSON.parse(nodes[1].read(note))), before.map((text) => JSON.parse(text))); // prettier-ignore
    await nodes[1].stopEtcd("KILL");
    await controllers.start(nodes[1]);
    await cluster.isWhole();
  });

  it("corrects notes about a cluster that a restore has replaced, and keeps its data", async () => {
    const note = "/var/lib/cluster/etcd-formed";
    const before = nodes[1].read(note);
    nodes[1].write(note, JSON.stringify({ epoch: 1, token: "test-1", clusterId: "1234abcd" }));
    await cluster.write("etcd/formation-2.json", cluster.formation(2, { snapshot, replaces: ["1234abcd"] }));
    await cluster.reconcile([nodes[1]]);
    await cloud.deleteObject("etcd/formation-2.json");
    assert.match(
      await cluster.reconcile([nodes[1]]),
      /noting again that this data is of cluster \w+, epoch 1/,
    );
    assert.deepEqual(JSON.parse(nodes[1].read(note)), JSON.parse(before));
    await cluster.isWhole();
  });

  it("keeps the data of a member whose peer URL a person has changed in etcd's list", async () => {
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
    await cluster.isWhole();
  });

  it("keeps members that answer, though EC2 has forgotten their instances", async () => {
    const { stdout, stderr } = await nodes[0].withLibraries(`
      source /run/cluster/instance.env
      for lib in dns gone etcd; do source /opt/cluster/lib/$lib.sh; done
      gone_instances() { printf '%s\\n' "$@"; }
      remove_gone_members
      members | wc -l`);
    assert.equal(stdout.trim(), "3", stderr);
    await cluster.isWhole();
  });

  it("reads no object of another shape, and runs nothing from it", async () => {
    const code = "a[$(touch /tmp/ran)]";
    const refused: Record<string, unknown[]> = {
      "etcd/formation-1.json": [
        ...[code, [], null, 1, {}, [cluster.formation(1)]],
        ...[{ epoch: code }, { epoch: "1" }, { epoch: 2 }, { token: code }, { members: [] }, { members: code }],
        ...[{ snapshot: `etcd/snapshots/${code}.db` }, { snapshot: "etcd/snapshots/../x.db" }, { snapshot: `${snapshot}\n` }],
        ...[{ replaces: [code] }, { replaces: "12" }, { more: 1 }],
        ...[{ id: code }, { id: "i-0a1b2c3d\n" }, { name: "i-0a1b2c3d" }, { address: "$(touch /tmp/ran)" }].map((part) => ({
          members: [{ id: "i-0a1b2c3d", name: `i-0a1b2c3d.etcd.${zone}`, address: "10.0.0.1", ...part }],
        })),
      ].map((part) => (typeof part === "object" && part && !Array.isArray(part) && Object.keys(part).length ? cluster.formation(1, part) : part)),
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
