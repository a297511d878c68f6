import assert from "node:assert/strict";
import { runChore } from "./chore";

const newer =
  "demo-controllers launches version 3 of its launch template now, and this instance has version 2";

/** Runs `complete-launch` on a node that waits for others, and is ready after a minute and a half. */
function launch(superseded: boolean) {
  const { status, log, calls } = runChore("complete-launch", [], {
    kubectl: {},
    aws: { "autoscaling Action=*": "<r/>" },
    files: {
      "/run/cluster/instance.env": [
        "INSTANCE_ID=i-1",
        "sleep() { SECONDS=$((SECONDS + 30)); }",
        `timeout() { shift; if [[ $1 == */ready ]]; then ((SECONDS > 90)) || { echo "not joined yet"; return 1; }; else "$@"; fi; }`,
        "systemctl() { :; }",
      ].join("\n"),
      "/run/cluster/waiting": "the controllers are older\n",
      "/opt/cluster/bin/put-log-events": "#!/bin/bash\n",
      "/opt/cluster/bin/superseded": superseded ? `#!/bin/bash\necho "${newer}"\n` : "#!/bin/bash\nexit 1\n",
    },
  });
  const actions = calls.map(
    (call) => /Action=(\w+)/.exec(call)?.[1] + (/Result=(\w+)/.exec(call)?.[1] ?? ""),
  );
  return { status, log: log.join("\n"), actions };
}

describe("A node that waits for others", () => {
  it("keeps its place by heartbeats until it is ready", () => {
    const { status, log, actions } = launch(false);
    assert.equal(status, 0, log);
    assert.equal(actions.at(-1), "CompleteLifecycleActionCONTINUE");
    assert.ok(actions.length > 1, log);
    assert.ok(actions.slice(0, -1).every((action) => action === "RecordLifecycleActionHeartbeat"));
  });

  it("gives it up at once when its group launches another version of the launch template", () => {
    const { status, log, actions } = launch(true);
    assert.equal(status, 1, log);
    assert.deepEqual(actions, ["CompleteLifecycleActionABANDON"]);
    assert.match(
      log,
      new RegExp(`ERROR: not ready after \\d+ s: ${newer}; it waits: the controllers are older`),
    );
  });
});
