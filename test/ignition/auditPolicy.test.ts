import assert from "node:assert/strict";
import { parse } from "yaml";
import { controllerNode } from "./rendered";

interface Rule {
  level: "None" | "Metadata" | "Request" | "RequestResponse";
  users?: string[];
  userGroups?: string[];
  verbs?: string[];
  nonResourceURLs?: string[];
  resources?: { group: string; resources?: string[] }[];
}

/** A request for a resource, `<resource>[/<subresource>]`. */
interface Request {
  user: string;
  groups?: string[];
  verb: string;
  /** @default the core group */
  group?: string;
  resource: string;
}

const { rules } = parse(controllerNode().texts.get("/etc/kubernetes/apiserver/audit-policy.yaml") ?? "") as {
  rules: Rule[];
};

/** The first rule that matches decides: https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy */
function levelOf(request: Request): Rule["level"] {
  const rule = rules.find((each) => matches(each, request));
  assert.ok(rule, `no rule is for ${JSON.stringify(request)}`);
  return rule.level;
}

function matches(rule: Rule, { user, groups = [], verb, group = "", resource }: Request): boolean {
  return (
    (rule.users?.includes(user) ?? true) &&
    (rule.userGroups?.some((each) => groups.includes(each)) ?? true) &&
    (rule.verbs?.includes(verb) ?? true) &&
    (rule.resources
      ? rule.resources.some((each) => each.group === group && (each.resources?.includes(resource) ?? true))
      : rule.nonResourceURLs === undefined)
  );
}

const reads = ["get", "list", "watch"];
const kubelet = { user: "system:node:ip-10-0-0-10", groups: ["system:nodes", "system:authenticated"] };
const components = ["kube-controller-manager", "kube-scheduler", "kube-proxy", "apiserver"].map((name) => ({
  user: `system:${name}`,
}));
const person = { user: "kubernetes-admin", groups: ["kubeadm:cluster-admins"] };

describe("The audit log", () => {
  it("records who reads Secrets and ConfigMaps, and never their content", () => {
    for (const who of [kubelet, ...components, person]) {
      for (const resource of ["secrets", "configmaps"]) {
        for (const verb of [...reads, "create", "update", "patch", "delete"])
          assert.equal(levelOf({ ...who, verb, resource }), "Metadata", `${who.user}: ${verb} ${resource}`);
      }
    }
    assert.equal(levelOf({ ...kubelet, verb: "create", resource: "serviceaccounts/token" }), "Metadata");
  });

  it("records a kubelet's reads that kubelets do not need", () => {
    const others = [
      ["", "serviceaccounts"],
      ["", "namespaces"],
      ["", "pods/log"],
      ["", "nodes/proxy"],
      ["apps", "deployments"],
      ["apps", "pods"],
      ["rbac.authorization.k8s.io", "clusterrolebindings"],
      ["certificates.k8s.io", "certificatesigningrequests"],
    ];
    for (const [group, resource] of others) {
      for (const verb of reads)
        assert.notEqual(levelOf({ ...kubelet, verb, group, resource }), "None", resource);
    }
  });

  it("leaves out the constant reads of kubelets and the control plane", () => {
    const read = [
      ["", "nodes"],
      ["", "pods"],
      ["", "services"],
      ["", "persistentvolumes"],
      ["", "persistentvolumeclaims"],
      ["storage.k8s.io", "csidrivers"],
      ["storage.k8s.io", "csinodes"],
      ["node.k8s.io", "runtimeclasses"],
    ];
    for (const who of [kubelet, ...components]) {
      for (const [group, resource] of read) {
        for (const verb of reads) assert.equal(levelOf({ ...who, verb, group, resource }), "None", resource);
      }
    }
    for (const verb of reads)
      assert.equal(
        levelOf({ ...components[0], verb, group: "discovery.k8s.io", resource: "endpointslices" }),
        "None",
      );
  });

  it("leaves out leases and events, whoever writes them", () => {
    for (const who of [kubelet, ...components]) {
      for (const verb of ["get", "create", "update", "patch"]) {
        assert.equal(levelOf({ ...who, verb, group: "coordination.k8s.io", resource: "leases" }), "None");
        assert.equal(levelOf({ ...who, verb, resource: "events" }), "None");
      }
    }
  });

  it("records reads by people, and every change", () => {
    for (const verb of reads) assert.equal(levelOf({ ...person, verb, resource: "pods" }), "Metadata");
    assert.equal(levelOf({ ...kubelet, verb: "patch", resource: "nodes/status" }), "Metadata");
    assert.equal(levelOf({ ...components[1], verb: "create", resource: "pods/binding" }), "Metadata");
    const binding = { group: "rbac.authorization.k8s.io", resource: "clusterrolebindings" };
    assert.equal(levelOf({ ...person, verb: "create", ...binding }), "RequestResponse");
    assert.equal(levelOf({ ...person, verb: "create", resource: "pods/exec" }), "Request");
  });
});
