import * as assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { Apiserver } from "./apiserver";
import { Controller, fileOf, kubernetesObject } from "./controller";

const widgets = (namespace?: string) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com", namespace },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { kind: "Widget", plural: "widgets", singular: "widget" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
  },
});
const configMap = (name: string, namespace?: string) =>
  kubernetesObject("ConfigMap", name, { metadata: { name, namespace } });
const namespace = (name: string) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels: { "pod-security.kubernetes.io/warn": "baseline" } },
});

/** Makes the apiserver refuse to delete ConfigMaps of this name, like a user's webhook. */
const refusal = (name: string) => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingAdmissionPolicy",
  metadata: { name: "refusal" },
  spec: {
    matchConstraints: {
      resourceRules: [
        { apiGroups: [""], apiVersions: ["v1"], operations: ["DELETE"], resources: ["configmaps"] },
      ],
    },
    validations: [{ expression: `oldObject.metadata.name != "${name}"`, message: "not today" }],
  },
});
const binding = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingAdmissionPolicyBinding",
  metadata: { name: "refusal" },
  spec: { policyName: "refusal", validationActions: ["Deny"] },
};

describe("An object that is no longer an add-on", function () {
  // The first run builds the apiserver.
  this.timeout(30 * 60 * 1000);

  let server: Apiserver;
  let controller: Controller;
  before(async () => {
    server = await Apiserver.start();
    controller = new Controller(server);
  });
  after(() => server.stop());

  const applied = (...objects: object[]) => {
    const { status, log, stderr } = controller.apply(fileOf(...objects));
    assert.equal(status, 0, stderr);
    return log.slice(0, -1); // but for the last line, which counts them
  };
  const uid = (...object: string[]) => controller.ok(["get", ...object, "-o", "jsonpath={.metadata.uid}"]);
  const isGone = (...object: string[]) =>
    assert.equal(controller.ok(["get", ...object, "--ignore-not-found", "-o", "name"]), "");

  it("is not what is now written without the namespace `default`", () => {
    applied(configMap("a", "default"));
    const before = uid("configmap", "a");
    assert.deepEqual(applied(configMap("a")), []);
    assert.equal(controller.inventory(), "ConfigMap - a");
    assert.deepEqual(applied(configMap("a", "default")), []);
    assert.equal(uid("configmap", "a"), before);
  });

  it("is deleted, whatever characters its name has", () => {
    const role = kubernetesObject("Role", "team:a@b=(c),*", {
      apiVersion: "rbac.authorization.k8s.io/v1",
      rules: [],
    });
    applied(role, configMap("a"));
    assert.deepEqual(applied(configMap("a")), [
      "deleted Role.rbac.authorization.k8s.io team:a@b=(c),* in kube-system: no add-on any more",
    ]);
    isGone("role", "team:a@b=(c),*", "-n", "kube-system");
  });

  it("is not one of a kind without namespaces whose manifest had a namespace, or has another one now", () => {
    applied(widgets("demo"));
    const before = uid("crd", "widgets.example.com");
    const stays = ["CustomResourceDefinition.apiextensions.k8s.io widgets.example.com", "stays:"];
    for (const wanted of [widgets("other"), widgets()]) {
      const log = applied(wanted, configMap("a"));
      assert.equal(log.length, 1, log.join("\n"));
      for (const words of stays) assert.ok(log[0].includes(words), log[0]);
    }
    assert.equal(uid("crd", "widgets.example.com"), before);
    assert.deepEqual(controller.inventory().split("\n"), [
      "ConfigMap - a",
      "CustomResourceDefinition.apiextensions.k8s.io - widgets.example.com",
    ]);
  });

  it("is not a namespace or a kind while it contains add-ons", () => {
    const widget = {
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { name: "a", namespace: "demo" },
    };
    const inside = [configMap("a", "demo"), widget];
    for (let tries = 0; ; tries++) {
      if (controller.apply(fileOf(namespace("demo"), widgets(), ...inside)).status === 0) break;
      assert.ok(tries < 20); // the kind may not be known yet
    }
    const before = uid("namespace", "demo");
    const { status, log } = controller.apply(fileOf(...inside));
    assert.equal(status, 1);
    assert.deepEqual(log, [
      "ERROR: CustomResourceDefinition.apiextensions.k8s.io widgets.example.com stays while there are add-ons in it: Widget.example.com demo a",
      "ERROR: Namespace demo stays while there are add-ons in it: ConfigMap demo a,Widget.example.com demo a",
      "ERROR: 2 of what is no add-on any more is still there; the next try is in five minutes",
    ]);
    assert.equal(uid("namespace", "demo"), before);
    const isWidgets = (line: string) => line.includes("Widget."); // deleted, or gone with its kind
    assert.deepEqual(
      applied(configMap("a")).filter((line) => !isWidgets(line)),
      [
        "deleted ConfigMap a in demo: no add-on any more",
        "deleted CustomResourceDefinition.apiextensions.k8s.io widgets.example.com: no add-on any more",
        "deleted Namespace demo: no add-on any more",
      ],
    );
  });

  it("can be one of the same kind and name in another namespace", () => {
    applied(configMap("b", "kube-system"));
    assert.deepEqual(applied(configMap("b")), ["deleted ConfigMap b in kube-system: no add-on any more"]);
    isGone("configmap", "b", "-n", "kube-system");
    uid("configmap", "b");
  });

  it("is deleted although another one cannot be; that is tried again every five minutes", async () => {
    applied(configMap("a"), configMap("b"), configMap("c"));
    for (const each of [refusal("a"), binding]) controller.ok(["apply", "-f", "-"], JSON.stringify(each));
    const isRefused = () => server.kubectl(["delete", "configmap", "a", "--dry-run=server"]).status !== 0;
    for (let tries = 0; !isRefused(); tries++, await pause(200)) assert.ok(tries < 100);

    const { status, log } = controller.apply(fileOf(configMap("c")));
    assert.equal(status, 1);
    assert.match(log[0], /^ERROR: cannot delete ConfigMap a: .*not today/);
    assert.deepEqual(log.slice(1), [
      "deleted ConfigMap b: no add-on any more",
      "ERROR: 1 of what is no add-on any more is still there; the next try is in five minutes",
    ]);
    assert.equal(controller.inventory(), "ConfigMap - a\nConfigMap - c");
    isGone("configmap", "b");
    assert.deepEqual(controller.apply().log, []);

    controller.ok(["delete", "validatingadmissionpolicybinding", "refusal"]);
    for (let tries = 0; isRefused(); tries++, await pause(200)) assert.ok(tries < 100);
    controller.fiveMinutesPass();
    assert.equal(controller.apply().log[0], "deleted ConfigMap a: no add-on any more");
    assert.equal(controller.inventory(), "ConfigMap - c");
    isGone("configmap", "a");
  });

  it("is forgotten and kept if it is a namespace that every cluster has", () => {
    const everywhere = ["default", "kube-node-lease", "kube-public", "kube-system"];
    applied(...everywhere.map(namespace), namespace("own"), configMap("c"));
    assert.deepEqual(applied(configMap("c")), [
      ...everywhere.map((name) => `Namespace ${name} stays as it is: every cluster has it`),
      "deleted Namespace own: no add-on any more",
    ]);
    assert.equal(controller.inventory(), "ConfigMap - c");
    const phases = controller.ok([
      "get",
      "namespace",
      ...everywhere,
      "-o",
      "jsonpath={.items[*].status.phase}",
    ]);
    assert.equal(phases, everywhere.map(() => "Active").join(" "));
    controller.fiveMinutesPass();
    assert.equal(controller.apply().log.length, 1);
  });

  it("can be any or all of them", () => {
    for (const gone of [["deleted ConfigMap c: no add-on any more"], []]) {
      controller.forget();
      assert.deepEqual(applied(), gone);
    }
    assert.equal(controller.inventory(), "");
    isGone("configmap", "c");
    assert.deepEqual(applied(configMap("c")), []);
    uid("configmap", "c");
  });
});
