import assert from "node:assert/strict";
import { parse } from "yaml";
import { changes, runChore } from "./chore";

describe("The bootstrap token", () => {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const secret = "0123456789abcdef";
  /** A token that is called after the minutes that are left of it. */
  const token = (left: number) => `${String(left).padStart(6, "0")}.${secret}`;
  const groups = (pool: string) =>
    `system:bootstrappers:kubeadm:default-node-token,system:bootstrappers:pool:${pool}`;
  const data = (left: number, pool: string) => ({
    "token-id": base64(token(left).split(".")[0]),
    "token-secret": base64(secret),
    expiration: base64(new Date(Date.now() + left * 60_000).toISOString().replace(/\.\d+/, "")),
    "auth-extra-groups": base64(groups(pool)),
  });
  const groupsOf = (names: readonly string[]) =>
    names.map((name) => `<member><AutoScalingGroupName>${name}</AutoScalingGroupName></member>`).join("");
  const asked = `autoscaling Action=DescribeAutoScalingGroups MaxRecords=100 Filters.member.1.Name=tag:kubernetes.io/cluster/demo Filters.member.1.Values.member.1=owned`;
  /** Runs the chore where the cluster knows these tokens of the pool, and the node store holds the last of them or something else. */
  const mint = (minutesLeft: readonly number[] = [], stored = token(minutesLeft.at(-1) ?? 0)) =>
    runChore("bootstrap-token", [], {
      kubectl: {
        "get secrets *": JSON.stringify({
          items: minutesLeft.map((left) => ({ data: data(left, "workers") })),
        }),
      },
      aws: {
        [asked]: groupsOf(["demo-controllers", "demo-pool-workers"]),
        ...(stored === "" ? {} : { "s3_get bootstrap/demo-pool-workers/token *": stored }),
      },
    });

  it("stays while the one in the store has 90 minutes left", () => {
    assert.deepEqual(changes(mint([20, 95]).calls), []);
  });

  it("is repaired if the store has none, or one that the cluster does not know", () => {
    for (const stored of ["", token(20), `${token(95)}0`, "<html/>"])
      assert.equal(changes(mint([20, 95], stored).calls).length, 3, stored);
  });

  it("is not replaced in its first two minutes: otherwise an unreadable store would mean a new one every 15 seconds", () => {
    assert.deepEqual(changes(mint([119], "").calls), []);
  });

  it("is replaced when less is left: in the store first, then in the cluster", () => {
    for (const { status, calls } of [mint(), mint([20, 85])]) {
      assert.deepEqual(
        [status, changes(calls)],
        [
          0,
          [
            "kubeadm token generate",
            "s3_put bootstrap/demo-pool-workers/token /run/cluster/bootstrap-token",
            "kubectl create -f -",
          ],
        ],
      );
    }
  });

  it("is one for each pool, valid only for the pool's group", () => {
    const { calls, created, status } = runChore("bootstrap-token", [], {
      kubectl: { "get secrets *": JSON.stringify({ items: [{ data: data(119, "a") }] }) },
      aws: {
        [asked]: `${groupsOf(["demo-controllers", "demo-pool-a", "demo-pool-x;y"])}<NextToken>more</NextToken>`,
        [`${asked} NextToken=more`]: groupsOf(["demo-pool-b", "other-pool-c"]),
      },
    });
    const puts = calls.filter((call) => call.startsWith("s3_put"));
    assert.deepEqual(
      [status, puts],
      [0, ["s3_put bootstrap/demo-pool-b/token /run/cluster/bootstrap-token"]],
    );
    const { stringData } = parse(created) as { stringData: Record<string, string> };
    assert.equal(stringData["auth-extra-groups"], groups("b"));
    // https://pkg.go.dev/k8s.io/cluster-bootstrap/token/api#pkg-constants
    for (const group of groups("a-pool-as-long-named").split(","))
      assert.match(group, /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/);
  });

  it("of one pool does not wait for that of another", () => {
    const { calls, status, log } = runChore("bootstrap-token", [], {
      kubectl: { "get secrets *": JSON.stringify({ items: [] }) },
      kubectlFails: { "create -f -": 1 },
      aws: { [asked]: groupsOf(["demo-pool-a", "demo-pool-b"]) },
    });
    assert.equal(status, 0);
    assert.deepEqual(
      changes(calls).filter((call) => call.startsWith("kubectl")),
      ["kubectl create -f -", "kubectl create -f -"],
    );
    assert.ok(log.includes("bootstrap-token: the pool a has no new bootstrap token yet"), log.join("\n"));
  });

  it("is valid for two hours, and only for joining", () => {
    const { metadata, type, stringData } = parse(mint().created) as {
      metadata: { name: string };
      type: string;
      stringData: Record<string, string>;
    };
    const { expiration, ...rest } = stringData;
    assert.deepEqual([metadata.name, type], ["bootstrap-token-abcdef", "bootstrap.kubernetes.io/token"]);
    assert.deepEqual(rest, {
      "token-id": "abcdef",
      "token-secret": "0123456789abcdef",
      "usage-bootstrap-authentication": "true",
      "auth-extra-groups": groups("workers"),
    });
    assert.ok(Math.abs(Date.parse(expiration) - Date.now() - 2 * 3600_000) < 60_000, expiration);
  });

  it("is in no log and on no command line", () => {
    const { log, calls } = mint();
    assert.doesNotMatch([...log, ...calls].join("\n"), /0123456789abcdef/);
  });
});
