import assert from "node:assert/strict";
import * as fc from "fast-check";
import { podTemplates } from "../../../test/addons/rendered";
import { nodeChange } from "./nodeChanges";
import {
  accounts,
  controller,
  Credential,
  manifestPaths,
  newcomer,
  nodes,
  NodeWriters,
  otherWorker,
  ownAccount,
  worker,
} from "./nodeWriters";

const restricted = /^labels (.*\.)?(node-role|node-restriction)\.kubernetes\.io\//;
const flannelsOwn = /^annotations flannel\.alpha\.coreos\.com\//;

/**
 * Changes of each field that controllers trust. An apiserver may ignore a field by one path and accept it by
 * another.
 */
const tries: Readonly<Record<string, object>> = {
  "labels node-role.kubernetes.io/control-plane": {
    metadata: { labels: { "node-role.kubernetes.io/control-plane": "forged" } },
  },
  "labels a.node-restriction.kubernetes.io/b": {
    metadata: { labels: { "a.node-restriction.kubernetes.io/b": "forged" } },
  },
  "labels pulumi-kubeadm/interrupted-at": { metadata: { labels: { "pulumi-kubeadm/interrupted-at": "1" } } },
  "annotations example.com/of": { metadata: { annotations: { "example.com/of": null } } },
  "annotations flannel.alpha.coreos.com/public-ip": {
    metadata: { annotations: { "flannel.alpha.coreos.com/public-ip": "10.0.0.66" } },
  },
  "annotations flannel.alpha.coreos.com/backend-data": {
    metadata: {
      annotations: { "flannel.alpha.coreos.com/backend-data": '{"VNI":1,"VtepMAC":"02:00:00:00:00:00"}' },
    },
  },
  "spec taints": { spec: { taints: [] } },
  "spec unschedulable": { spec: { unschedulable: true } },
  "status addresses": { status: { addresses: [{ type: "InternalIP", address: "10.0.0.66" }] } },
  "status conditions": { status: { conditions: [{ type: "Ready", status: "False" }] } },
  "status capacity": { status: { capacity: { cpu: "64", memory: "4Gi", pods: "110" } } },
};

describe("Nodes on a real apiserver", function () {
  // The first run builds it.
  this.timeout(30 * 60 * 1000);

  let world: NodeWriters;
  /** The worker's credentials: the tokens of its pods, as if every pod ran there, and its kubelet's. */
  const held: Credential[] = [];
  before(async () => {
    world = await NodeWriters.start();
    for (const account of accounts) held.push(await world.pod(account, worker));
    held.push(world.kubelet(worker));
  });
  after(() => world?.stop());

  /** The tries that succeed, by any path. */
  const through = async (who: Credential, target: string) => {
    const changed = new Set<string>();
    const whole = await world.node(target);
    for (const change of Object.values(tries)) {
      for (const path of [`/api/v1/nodes/${target}`, `/api/v1/nodes/${target}/status`]) {
        for (const [method, body] of [
          ["PATCH", change],
          ["PUT", merged(whole, change)],
        ] as const) {
          const { status, changed: parts } = await world.changedBy(who, method, path, body);
          assert.ok(
            [200, 401, 403].includes(status),
            `${who.who}: ${method} ${path} ${JSON.stringify(change)}: ${status}`,
          );
          parts.forEach((part) => changed.add(part));
        }
      }
    }
    return [...changed].sort();
  };
  const all = Object.keys(tries).sort();
  const unrestricted = all.filter((part) => !restricted.test(part));

  it("of others cannot be changed with any credential of a worker", async () => {
    for (const who of held) {
      assert.deepEqual(await through(who, otherWorker), [], who.who);
      assert.deepEqual(await through(who, controller), [], who.who);
    }
  });

  it("cannot be made or deleted with one", async () => {
    for (const who of held) {
      for (const target of nodes) {
        const path = `/api/v1/nodes/${target}`;
        const { status } = await world.changedBy(who, "DELETE", path, undefined);
        assert.equal(status, 403, `${who.who} deletes ${target}`);
      }
      const another = { apiVersion: "v1", kind: "Node", metadata: { name: "another" } };
      const { status } = await world.ask(who, "POST", "/api/v1/nodes?dryRun=All", another);
      assert.equal(status, 403, who.who);
    }
  });

  it("can be changed by the worker's own pods within their accounts' rights, except for the labels of controllers", async () => {
    const table: Record<string, string[]> = {};
    for (const [index, account] of accounts.entries()) table[account] = await through(held[index], worker);
    assert.deepEqual(table, {
      flannel: ["annotations flannel.alpha.coreos.com/public-ip"],
      // These two run on controllers: on a worker they may do what RBAC allows, on this Node only.
      "cloud-controller-manager": unrestricted,
      "cluster-autoscaler": unrestricted.filter((part) => !part.startsWith("status ")),
      "ebs-csi-controller": [],
      "ebs-csi-node": [],
      "metrics-server": [],
      "kube-proxy": [],
      coredns: [],
      [ownAccount]: unrestricted,
    });
  });

  it("can be changed by their own kubelet, except for taints and restricted labels (NodeRestriction)", async () => {
    const own = await through(world.kubelet(worker), worker);
    assert.deepEqual(
      own,
      unrestricted.filter((part) => part !== "spec taints" && !part.endsWith("/backend-data")),
    );
  });

  it("can be changed from a controller by the cloud controller manager and a stack's own add-on", async () => {
    for (const account of ["cloud-controller-manager", ownAccount]) {
      const who = await world.pod(account, controller);
      assert.deepEqual(await through(who, otherWorker), all, who.who);
    }
    // metrics-server shows its token to every kubelet.
    for (const account of ["flannel", "metrics-server"]) {
      const who = await world.pod(account, controller);
      assert.deepEqual(await through(who, otherWorker), [], who.who);
    }
  });

  it("change by no other random request with a worker's credential", async () => {
    const seen = { changed: 0, refused: 0 };
    const request = fc.record({
      who: fc.nat(held.length - 1),
      target: fc.constantFrom(...nodes),
      change: nodeChange,
      subresource: fc.constantFrom("", "/status"),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ who: index, target, change, subresource }) => {
        const who = held[index];
        const path = `/api/v1/nodes/${target}${subresource}`;
        const { method, type, body } = change(await world.node(target));
        const { status, changed } = await world.changedBy(who, method, path, body, type);
        seen[changed.length > 0 ? "changed" : "refused"] += 1;
        if (changed.length === 0) return;
        assert.equal(target, worker, `${who.who} changes ${target} (${status}): ${changed.join(", ")}`);
        const wrong = changed.filter((part) =>
          who.who.startsWith("flannel ") ? !flannelsOwn.test(part) : restricted.test(part),
        );
        assert.deepEqual(wrong, [], who.who);
      }),
      { numRuns: 1000 },
    );
    assert.ok(seen.changed > 30 && seen.refused > 300, JSON.stringify(seen));
  });

  it("start without a range of addresses for pods, if a kubelet makes them", async () => {
    const kubelet = world.kubelet(newcomer);
    const node = (spec: object) => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: newcomer },
      spec,
    });
    const register = async (spec: object) =>
      (await world.ask(kubelet, "POST", "/api/v1/nodes?dryRun=All", node(spec))).status;
    assert.equal(await register({ providerID: "aws:///eu-west-1a/i-3" }), 201);
    assert.equal(await register({ podCIDR: "10.244.0.0/24", podCIDRs: ["10.244.0.0/24"] }), 403);
  });

  it("can still be changed by the administrator and the controller-manager's accounts", async () => {
    assert.deepEqual(await through(world.admin, otherWorker), all);
    const token = "/api/v1/namespaces/kube-system/serviceaccounts/node-controller/token";
    const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "node-controller" } };
    await world.ask(world.admin, "POST", "/api/v1/namespaces/kube-system/serviceaccounts", account);
    const { body } = await world.ask(world.admin, "POST", token, request);
    const nodeController = { who: "node-controller", token: body.status.token };
    assert.deepEqual(await through(nodeController, otherWorker), all);
  });

  describe("give tokens", () => {
    const controllers = podTemplates()
      .filter(({ spec }) => spec.nodeSelector?.["node-role.kubernetes.io/control-plane"] !== undefined)
      .map(({ spec }) => spec.serviceAccountName as string);

    it("of pods on controllers to controllers' kubelets, and to no worker's, whatever its labels are", async () => {
      assert.equal(controllers.length, 4);
      await world.ask(world.admin, "PATCH", `/api/v1/nodes/${worker}`, {
        metadata: { labels: { "node-role.kubernetes.io/control-plane": "" } },
      });
      for (const account of controllers) {
        const asks = (node: string) => world.askForToken(world.kubelet(node), account, node);
        assert.equal((await granted(() => asks(controller))).status, 201, account);
        const { status, body } = await granted(() => asks(worker));
        assert.equal(status, 403, account);
        assert.match(body.message, /for controllers alone/);
      }
    });

    it("of all other pods to every kubelet for its own pods", async () => {
      for (const account of accounts.filter((each) => !controllers.includes(each))) {
        const { status, body } = await granted(() =>
          world.askForToken(world.kubelet(worker), account, worker),
        );
        assert.equal(status, 201, JSON.stringify(body));
      }
    });
  });

  it("are protected before the first worker can join", () => {
    const names = manifestPaths().map((path) => path.split("/").at(-1));
    assert.ok(names.indexOf("node-admission.yaml") < names.indexOf("node-bootstrap.yaml"));
  });
});

/** The Node authorizer knows a new pod a moment later. */
async function granted<T extends { status: number; body: { message?: string } }>(
  ask: () => Promise<T>,
): Promise<T> {
  for (const deadline = Date.now() + 10_000; ;) {
    const answer = await ask();
    if (!/no relationship found|not found/.test(answer.body.message ?? "") || Date.now() > deadline)
      return answer;
  }
}

/** A merge patch applied. */
function merged(whole: any, change: any): any {
  if (typeof change !== "object" || change === null || Array.isArray(change)) return change;
  const result = { ...whole };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}
