import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { workerNode } from "./rendered";

/** Runs the worker's `spot-watch`; instance metadata answer one word of `notices` after the other, and sleep takes no time. */
function spotWatch(notices: readonly string[]) {
  const root = mkdtempSync(join(tmpdir(), "spot-"));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode: 0o755 });
  };
  try {
    for (const [path, text] of workerNode().texts)
      write(path, text.replace(/(?<![\w/])\/(etc|run|opt)\/(cluster)\b/g, `${root}/$1/$2`));
    write("run/cluster/instance.env", "LOCAL_HOSTNAME=ip-10-0-0-10\n");
    notices.forEach((notice, index) => write(`notices/${index}`, notice));
    write(
      "opt/cluster/lib/aws.sh",
      `imds() { local next; next=$(cat ${root}/next 2>/dev/null || echo 0); echo $((next + 1)) >${root}/next
        echo "$*" >>${root}/asked; [[ -s ${root}/notices/$next ]] && cat ${root}/notices/$next; }\n`,
    );
    write("bin/curl", `#!/bin/bash\nprintf '%s\\n' "$@" >${root}/sent\n`);
    write("bin/sleep", "#!/bin/bash\n");
    const { status, stderr } = spawnSync("bash", [join(root, "opt/cluster/bin/spot-watch")], {
      encoding: "utf8",
      env: { PATH: `${root}/bin:${process.env.PATH}` },
    });
    const read = (path: string) =>
      existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8").trim().split("\n") : [];
    return { status, stderr, asked: read("asked"), sent: read("sent") };
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe("A Spot instance that EC2 takes back", () => {
  const { status, stderr, asked, sent } = spotWatch([
    "",
    "",
    '{"action": "terminate", "time": "2026-11-24T02:00:00Z"}',
  ]);

  it("asks for the notice until there is one", () => {
    assert.deepEqual(asked, Array(3).fill("spot/instance-action"));
    assert.equal(status, 0, stderr);
  });

  it("cordons its own Node and labels it with the moment, with the kubelet's credential", () => {
    assert.equal(sent.at(-1), "https://api.demo.example.com:6443/api/v1/nodes/ip-10-0-0-10");
    assert.deepEqual(JSON.parse(sent[sent.indexOf("--data") + 1] ?? ""), {
      metadata: {
        labels: { "pulumi-kubeadm/interrupted-at": String(Date.parse("2026-11-24T02:00:00Z") / 1000) },
      },
      spec: { unschedulable: true },
    });
    assert.equal(sent[sent.indexOf("--cert") + 1], "/var/lib/kubelet/pki/kubelet-client-current.pem");
  });
});
