import assert from "node:assert/strict";
import fc from "fast-check";
import { Answers, runChore } from "./chore";
import { Trap } from "./hostileTexts";
import { World, WorkerScript } from "./workerScript";

const xml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const certificates = (residualTime: string) =>
  JSON.stringify({ certificates: [{ name: "a", residualTime, expirationDate: "b" }] });
const controllers = (providerID: string) =>
  JSON.stringify({
    items: [
      {
        metadata: { name: "own" },
        spec: { providerID },
        status: { conditions: [{ type: "Ready", status: "Unknown" }] },
      },
    ],
  });
const encryption = (name: string) => `      - name: ${name}\n        secret: a\n`;
const wanted = "# The add-ons, as pulumi up writes them for addons-apply\n";

/** What each of a controller's scripts reads of others, with a hostile text in its place. */
const readers: Record<string, { script: string; answers: (text: string) => Answers }> = {
  "ids and groups that AWS tells": {
    script: "drain",
    answers: (text) => ({
      kubectl: { "get nodes -l *": "" },
      aws: {
        "ec2 *": `<r><instanceId>${xml(text)}</instanceId></r>`,
        "autoscaling *": `<r><InstanceId>${xml(text)}</InstanceId><AutoScalingGroupName>demo-pool-${xml(text)}</AutoScalingGroupName><LifecycleState>Terminating:Wait</LifecycleState></r>`,
      },
    }),
  },
  "the instance of a label": {
    script: "drain",
    answers: (text) => ({
      kubectl: { "get nodes -l *": "ip-10-0-0-1.ec2.internal" },
      aws: { "ec2 *": `<r><instanceId>${xml(text)}</instanceId></r>` },
    }),
  },
  "the provider id of a Node": {
    script: "nodes-reconcile",
    answers: (text) => ({
      kubectl: {
        "get nodes -o json": controllers(`aws:///a/i-0 victim\n${text}`),
        "delete *": "",
      },
      aws: {
        "ec2 *": "<r><instanceId>i-0</instanceId><instanceState><name>terminated</name></instanceState></r>",
      },
    }),
  },
  "the time that a certificate has left": {
    script: "kubeadm-certs",
    answers: (text) => ({ kubectl: {}, kubeadm: { "certs check-expiration *": certificates(text) } }),
  },
  "the addresses of a controller's Node": {
    script: "secrets-rewrite",
    answers: (text) => ({
      kubectl: { "get configmap *": "key1", "get nodes *": text, "get secrets *": "" },
      files: { "/etc/kubernetes/encryption/encryption.yaml": encryption("key2") },
    }),
  },
  "the name of an encryption key": {
    script: "secrets-rewrite",
    answers: (text) => ({
      kubectl: {
        "get configmap *": "key1",
        "get nodes *": "",
        "get secrets *": "",
        "create configmap *": "",
        "apply *": "",
      },
      files: { "/etc/kubernetes/encryption/encryption.yaml": encryption(text) },
    }),
  },
  "what was recorded of add-ons": {
    script: "addons-apply",
    answers: (text) => ({
      kubectl: {
        "get configmap addons *": `Pod - ${text}\n${text} - x\nPod ${text} x\n`,
        "create *": "",
        "apply *": "",
      },
      aws: { "s3_get *": wanted },
    }),
  },
  "an ETag on disk": {
    script: "addons-apply",
    answers: (text) => ({
      kubectl: { "get configmap addons *": "", "create *": "", "apply *": "" },
      aws: { "s3_get *": wanted },
      files: { "/run/cluster/addons/etag": text, "/run/cluster/addons/manifest.yaml": wanted },
    }),
  },
  "what an instance is to be drained as": {
    script: "drain-node",
    answers: () => ({ kubectl: {} }),
  },
};

describe("What a node's scripts are answered is never code:", function () {
  this.timeout(240_000);
  let trap: Trap;
  beforeEach(() => (trap = new Trap()));
  afterEach(() => trap.remove());
  const hostile = () => [...trap.texts, ...fc.sample(trap.generated, 3)];

  for (const [what, { script, answers }] of Object.entries(readers)) {
    it(`${what} (${script})`, () => {
      for (const text of hostile()) {
        const args = script === "drain-node" ? [text] : [];
        const { calls } = runChore(script, args, answers(text));
        assert.ok(trap.isUntouched(), text);
        for (const call of calls) {
          if (call.startsWith("systemctl start"))
            assert.match(call, /^systemctl start --no-block drain@i-[0-9a-f]{1,17}\.service$/);
          if (call.startsWith("kubectl delete")) assert.fail(`${text}: ${call}`);
          if (call.startsWith("s3_get")) assert.doesNotMatch(call, /If-None-Match/);
        }
      }
    });
  }

  const notice = (time: string) => JSON.stringify({ action: "terminate", time });
  const workerReaders: Record<string, { script: string; world: (text: string) => World }> = {
    "EC2's notice": {
      script: "spot-watch",
      world: (text) => ({ metadata: { "spot/instance-action": [text] } }),
    },
    "the moment in EC2's notice": {
      script: "spot-watch",
      world: (text) => ({ metadata: { "spot/instance-action": [notice(text)] } }),
    },
    "an image's registry": {
      script: "ecr-credential-provider",
      world: (text) => ({
        metadata: {},
        input: JSON.stringify({ image: `123456789012.dkr.ecr.${text}.amazonaws.com/a` }),
      }),
    },
  };
  for (const [what, { script, world }] of Object.entries(workerReaders)) {
    it(`${what} (${script})`, () => {
      for (const text of hostile()) {
        const node = new WorkerScript(script);
        const { sent, status, stderr } = node.run({ ...world(text), waitsInVain: true });
        node.remove();
        assert.ok(trap.isUntouched(), text);
        assert.notEqual(status, 0, stderr);
        assert.deepEqual(sent, [], text);
        assert.doesNotMatch(stderr.trim(), /\n(?!spot-watch: |ecr-credential-provider: )/, "one line each");
      }
    });
  }
});
