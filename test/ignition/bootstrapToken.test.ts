import assert from "node:assert/strict";
import { parse } from "yaml";
import { changes, runChore } from "./chore";

describe("The bootstrap token", () => {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const secret = "0123456789abcdef";
  /** A token that is called after the minutes that are left of it. */
  const token = (left: number) => `${String(left).padStart(6, "0")}.${secret}`;
  const data = (left: number) => ({
    "token-id": base64(token(left).split(".")[0]),
    "token-secret": base64(secret),
    expiration: base64(new Date(Date.now() + left * 60_000).toISOString().replace(/\.\d+/, "")),
  });
  /** Runs the chore where the cluster knows these tokens, and the node store holds the last of them or something else. */
  const mint = (minutesLeft: readonly number[] = [], stored = token(minutesLeft.at(-1) ?? 0)) =>
    runChore("bootstrap-token", [], {
      kubectl: {
        "get secrets *": JSON.stringify({ items: minutesLeft.map((left) => ({ data: data(left) })) }),
      },
      aws: stored === "" ? {} : { "s3_get bootstrap/token *": stored },
    });

  it("stays while the one in the store has 90 minutes left", () => {
    assert.deepEqual(changes(mint([20, 95]).calls), []);
  });

  it("is repaired where the store has none, or another than the cluster knows", () => {
    for (const stored of ["", token(20), `${token(95)}0`, "<html/>"])
      assert.equal(changes(mint([20, 95], stored).calls).length, 3, stored);
  });

  it("is not doubted in its first two minutes: where the store cannot be read there would be one every 15 seconds", () => {
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
            "s3_put bootstrap/token /run/cluster/bootstrap-token",
            "kubectl create -f -",
          ],
        ],
      );
    }
  });

  it("is good for two hours and for joining alone", () => {
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
      "auth-extra-groups": "system:bootstrappers:kubeadm:default-node-token",
    });
    assert.ok(Math.abs(Date.parse(expiration) - Date.now() - 2 * 3600_000) < 60_000, expiration);
  });

  it("is in no log and on no command line", () => {
    const { log, calls } = mint();
    assert.doesNotMatch([...log, ...calls].join("\n"), /0123456789abcdef/);
  });
});
