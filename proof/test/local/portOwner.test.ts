import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { localAwsPort } from "../../local/aws/environment";
import { listeningSocket, portOwner } from "../../local/aws/portOwner";
import { startLocalAws } from "../../local/aws/process";

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:11D6 0100007F:E1B2 01 00000000:00000000 00:00000000 00000000  1000        0 111 1 0 20 4 30 10 -1
   1: 0100007F:11D6 00000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 222 1 0 100 0 0 10 0
   2: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0 100 0 0 10 0
`;

describe("the owner of a port", () => {
  it("is found by the socket that listens, not by a connection of the same port", () => {
    assert.deepEqual(listeningSocket(table, 4566), { inode: "222", uid: 33 });
    assert.deepEqual(listeningSocket(table, 2024), { inode: "333", uid: 0 });
    assert.equal(listeningSocket(table, 80), undefined);
  });

  it("is told by name and process id, in the refusal to start a local AWS there", async () => {
    const program =
      'require("net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port) })';
    const other = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [port] = (await once(other.stdout, "data")) as [Buffer];
      const owner = new RegExp(
        `port ${Number(port)} is taken by \\S+ \\(pid ${other.pid}\\); .*LOCAL_AWS_PORT`,
      );
      await assert.rejects(
        startLocalAws("/project", Number(port), () => undefined),
        owner,
      );
    } finally {
      other.kill();
    }
  });

  it("is told by its project when it is another project's local AWS", async () => {
    const identity = { project: "/home/ann/cluster", pid: 4711, start: "1" };
    const other = createServer((_, response) => response.end(JSON.stringify(identity))).listen(
      0,
      "127.0.0.1",
    );
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    try {
      await assert.rejects(
        startLocalAws("/home/bob/cluster", port, () => undefined),
        /taken by the local AWS of \/home\/ann\/cluster \(pid 4711\); run `make down` there/,
      );
    } finally {
      other.close();
    }
  });

  it("is somebody even when nobody is to be found", () => {
    assert.match(portOwner(1), /process/);
  });
});

describe("LOCAL_AWS_PORT", () => {
  it("is 4566 unless set", () => {
    assert.equal(localAwsPort({}), 4566);
    assert.equal(localAwsPort({ LOCAL_AWS_PORT: "4610" }), 4610);
  });

  it("is refused when it is no port", () => {
    for (const wrong of ["x", "0", "70000", "80.5"]) {
      assert.throws(
        () => localAwsPort({ LOCAL_AWS_PORT: wrong }),
        /LOCAL_AWS_PORT is ".*"; give a port number/,
      );
    }
  });
});
