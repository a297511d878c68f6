import assert from "node:assert/strict";
import { runChore } from "./chore";

/** Minutes since the newest snapshot in the node store, as keys tell it; `interval` is on the node's disk. */
function snapshotAfter(minutes: number, interval: string) {
  const newest =
    new Date(Date.now() - minutes * 60_000).toISOString().slice(0, 19).replaceAll(":", "-") + "Z";
  return runChore("etcd-snapshot", [], {
    kubectl: {},
    aws: {},
    files: {
      "/etc/cluster/snapshot-interval-minutes": interval,
      "/run/cluster/instance.env": "INSTANCE_ID=i-0\n",
      "/var/lib/cluster/etcd-epoch": "1\n",
      "/opt/cluster/lib/dns.sh": `s3_list() { [[ "etcd/snapshots/${newest}-i-0.db" < $2 ]] || echo young; }\n`,
      "/opt/cluster/lib/etcd.sh":
        'PATH=/opt/bin:$PATH\nis_leader() { true; }\netcdutl() { echo "{}"; }\ns3_put_if_absent() { log "put $1"; }\n',
    },
  });
}

describe("etcd-snapshot", () => {
  const isTaken = (minutes: number, interval: string) => {
    const { status, log } = snapshotAfter(minutes, interval);
    assert.equal(status, 0, log.join("\n"));
    return log.some((line) => line.includes("put etcd/snapshots/"));
  };

  it("goes by the interval that the node store has now", () => {
    assert.equal(isTaken(28, "30\n"), false);
    assert.equal(isTaken(30, "30\n"), true);
    assert.equal(isTaken(30, "1440\n"), false);
    assert.equal(isTaken(5, "5\n"), true);
  });

  it("fails for an interval that is no number, and runs nothing of it", () => {
    const { status, log } = snapshotAfter(30, "BASH_VERSINFO[$(echo ran >&2)]\n");
    assert.equal(status, 1);
    assert.deepEqual(log, ["etcd-snapshot: ERROR: /etc/cluster/snapshot-interval-minutes is no number"]);
  });
});
