import assert from "node:assert/strict";
import { runChore } from "./chore";

const mib = 1024 * 1024;

describe("The size of etcd's database", () => {
  /** `report` is what becomes of the warning; its quota is 4 GiB. */
  const run = (size: number, inUse: number, report = "sed 's/^/reported: /' >&2") => {
    const Status = { dbSize: size * mib, dbSizeInUse: inUse * mib };
    return runChore("etcd-space", [], {
      kubectl: {},
      etcdctl: { "endpoint status --write-out=json": JSON.stringify([{ Status }]) },
      files: { "/opt/cluster/bin/put-log-events": `#!/bin/bash\n${report}\n` },
    });
  };

  it("is nobody's concern below three quarters of the quota", () => {
    const { status, log } = run(3071, 3000);
    assert.equal(status, 0, log.join("\n"));
    assert.deepEqual(log, []);
  });

  it("is warned of from there on, in the journal and in the log group, with what a defragmentation would give back", () => {
    const warning =
      "WARNING: the etcd database has 75 % of its quota: 3072 of 4096 MiB, of which 1024 hold data; at 100 % etcd refuses writes";
    const { status, log } = run(3072, 1024);
    assert.equal(status, 0, log.join("\n"));
    assert.deepEqual(log, [`etcd-space: ${warning}`, `reported: ${warning}`]);
  });

  it("is warned of again later if the log group does not take it", () => {
    const { status, log } = run(4000, 4000, "exit 1");
    assert.equal(status, 75);
    assert.match(log.join("\n"), /has 97 % of its quota[^]*etcd-space: nothing written to the log group/);
  });
});
