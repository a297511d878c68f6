import * as assert from "node:assert/strict";
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
describe("What is no add-on any more", function () {
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

  it("is not what is now written without the namespace `default`, nor what an older inventory has with it", () => {
    applied(configMap("a", "default"));
    controller.setInventory("ConfigMap default a");
    const before = uid("configmap", "a");
    assert.deepEqual(applied(configMap("a")), []);
    assert.equal(controller.inventory(), "ConfigMap - a");
    assert.deepEqual(applied(configMap("a", "default")), []);
    assert.equal(uid("configmap", "a"), before);
  });

  it("is not an object of a kind without namespaces that had one written, or has another one now", () => {
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

  it("is an object of the same kind and name in another namespace", () => {
    applied(configMap("b", "kube-system"));
    assert.deepEqual(applied(configMap("b")), ["deleted ConfigMap b in kube-system: no add-on any more"]);
    isGone("configmap", "b", "-n", "kube-system");
    uid("configmap", "b");
  });
});
