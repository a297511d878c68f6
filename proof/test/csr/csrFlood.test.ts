import assert from "node:assert/strict";
import { runChore } from "../scripts/chore";
import { instance, nodeList, requestFor, running, secondsAgo } from "./csr";

describe("A flood of requests for certificates", function () {
  this.timeout(300_000);
  const domain = "eu-west-1.compute.internal";
  const [serving, joining, unknown] = [
    `ip-10-0-0-20.${domain}`,
    `ip-10-0-0-21.${domain}`,
    `ip-10-0-0-99.${domain}`,
  ];
  const asNode = (node: string, sans = "") => requestFor(`/O=system:nodes/CN=system:node:${node}`, sans);
  const request = (name: string, user: string, text: string, since = secondsAgo(0)) => ({
    metadata: { name, creationTimestamp: since },
    spec: {
      signerName: `kubernetes.io/${user.startsWith("system:node:") ? "kubelet-serving" : "kube-apiserver-client-kubelet"}`,
      username: user,
      groups: user.startsWith("system:node:")
        ? ["system:nodes"]
        : ["system:bootstrappers:kubeadm:default-node-token", "system:bootstrappers:pool:workers"],
      usages: ["digital signature", user.startsWith("system:node:") ? "server auth" : "client auth"],
      request: text,
    },
  });
  const [token, node] = ["system:bootstrap:abcdef", `system:node:${serving}`];
  const honest = () => [
    request("honest-serving", node, asNode(serving, `DNS:${serving},IP:10.0.0.20`)),
    request("honest-joining", token, asNode(joining)),
  ];
  const pass = (items: readonly object[]) =>
    runChore("csr-approve", [], {
      kubectl: {
        "get csr *": JSON.stringify({ items }),
        "get nodes *": nodeList({ [serving]: "aws:///eu-west-1a/i-1" }),
      },
      aws: { [running]: instance("i-1", serving, "10.0.0.20") + instance("i-2", joining, "10.0.0.21") },
    });
  const approved = (calls: readonly string[]) =>
    calls.flatMap((call) => /^kubectl certificate approve (.*)/.exec(call)?.[1].split(" ") ?? []).sort();
  const others = (calls: readonly string[]) =>
    calls.filter((call) => !call.startsWith("kubectl certificate")).sort();

  it("delays no serving and no joining request, costs no additional call, and is denied bit by bit", () => {
    const [forged, nameless] = [asNode(unknown), requestFor("/CN=admin", "")];
    const flood = Array.from({ length: 2000 }, (_, index) =>
      index % 2 === 0
        ? request(`flood-${index}`, token, forged, secondsAgo(400))
        : request(`flood-${index}`, token, nameless),
    );
    const quiet = pass(honest());
    const { calls, log } = pass([...flood, ...honest()]);
    assert.deepEqual(approved(quiet.calls), ["honest-joining", "honest-serving"]);
    assert.deepEqual(approved(calls), ["honest-joining", "honest-serving"]);
    assert.deepEqual(others(calls), others(quiet.calls));
    const denied = calls.filter((call) => call.startsWith("kubectl certificate deny"));
    assert.deepEqual([denied.length, denied.join().match(/flood-/g)?.length], [10, 100]);
    assert.ok(log.includes("csr-approve: and 1900 others are to be denied"), log.slice(-3).join("\n"));
  });

  it("of long ones, or of ones with a thousand hosts, costs little more than one of honest ones", () => {
    const names = "8200".repeat(900);
    const many = asNode(unknown, `DER:3082${(names.length / 2).toString(16).padStart(4, "0")}${names}`);
    assert.ok(many.length < 4096);
    const flood = [
      ...Array.from({ length: 20 }, (_, index) => request(`long-${index}`, token, "A".repeat(1_900_000))),
      ...Array.from({ length: 200 }, (_, index) => request(`many-${index}`, token, many)),
    ];
    const began = Date.now();
    assert.deepEqual(approved(pass([...flood, ...honest()]).calls), ["honest-joining", "honest-serving"]);
    assert.ok(Date.now() - began < 40_000, `${Date.now() - began} ms`);
  });

  it("that waits for EC2 does not fill the log", () => {
    const forged = asNode(unknown);
    const { log, calls } = pass(
      Array.from({ length: 30 }, (_, index) => request(`flood-${index}`, token, forged)),
    );
    assert.equal(log.length, 11, log.join("\n"));
    assert.equal(log.at(-1), "csr-approve: and 20 others wait");
    assert.deepEqual(
      calls.filter((call) => call.startsWith("kubectl certificate")),
      [],
    );
  });

  it("in one node's name gets it one certificate in a pass, even if earlier requests have wrong signatures", () => {
    const text = Buffer.from(asNode(joining), "base64").toString();
    const other = Buffer.from(asNode(joining), "base64").toString();
    // The other request's signature, which is in the line before the last and the one before that, belongs to
    // another key.
    const der = (pem: string) => Buffer.from(pem.split("\n").slice(1, -2).join(""), "base64");
    const [mine, theirs] = [der(text), der(other)];
    const info = mine.subarray(0, mine.indexOf("300a06082a8648ce3d040302", 0, "hex"));
    const signature = theirs.subarray(theirs.indexOf("300a06082a8648ce3d040302", 0, "hex"));
    const whole = Buffer.concat([info, signature]);
    const sizes = whole[1] === 0x81 ? 3 : 4;
    whole.writeUIntBE(whole.length - sizes, 2, sizes - 2);
    const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
    const unsigned = `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join("\n")}\n-----END CERTIFICATE REQUEST-----\n`;
    const { calls, log } = pass([
      ...[1, 2, 3].map((index) => request(`good-${index}`, token, Buffer.from(text).toString("base64"))),
      request("bad", token, Buffer.from(unsigned).toString("base64")),
    ]);
    assert.equal(approved(calls).length, 1, log.join("\n"));
    assert.match(approved(calls)[0], /^good-/);
    for (const line of log.filter((each) => each.includes("bad")))
      assert.match(line, /denied bad of .*: it is not signed by its own key/);
  });

  it("with names that are arguments for kubectl reaches no command line", () => {
    const text = asNode(joining);
    const { calls } = pass(["--all", "-A", "a b", "a\nb"].map((name) => request(name, token, text)));
    assert.deepEqual(others(calls), calls.sort());
  });

  it("with an incomplete request in it does not harm the others", () => {
    const bare = request("bare", node, "");
    const { usages, groups, ...spec } = bare.spec;
    assert.ok(usages && groups);
    const { calls } = pass([{ ...bare, spec }, ...honest()]);
    assert.deepEqual(approved(calls), ["honest-joining", "honest-serving"]);
    assert.ok(calls.includes("kubectl certificate deny bare"), calls.join("\n"));
  });
});
