import * as assert from "node:assert/strict";
import { manifestOf } from "../../../addons/manifests";
import { Apiserver } from "./apiserver";
import { Controller, fileOf, kubernetesObject } from "./controller";
import { containersOf, everyAddon, parsed, podTemplates } from "../../../test/addons/rendered";

describe("A real apiserver", function () {
  // The first run builds it.
  this.timeout(30 * 60 * 1000);

  let server: Apiserver;
  before(async () => {
    server = await Apiserver.start();
  });
  after(() => server.stop());

  const ok = (args: readonly string[], input = ""): string => {
    const { status, stdout, stderr } = server.kubectl(args, input);
    assert.equal(status, 0, `kubectl ${args.join(" ")}: ${stderr}`);
    return stdout.trim();
  };

  describe("takes, in a dry run,", () => {
    for (const file of everyAddon()) {
      it(`every object of ${file.name}, with no field that it does not know`, () => {
        const args = [
          "apply",
          "--server-side",
          "--dry-run=server",
          "--validate=strict",
          "-o",
          "name",
          "-f",
          "-",
        ];
        const names = ok(args, file.text).split("\n");
        assert.equal(names.length, parsed(file).length);
      });
    }

    for (const { where, spec } of podTemplates()) {
      it(`a pod of ${where}`, () => {
        ok([
          "create",
          "serviceaccount",
          spec.serviceAccountName as string,
          "-n",
          "kube-system",
          "--save-config",
        ]);
        const pod = {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name: "a", namespace: "kube-system" },
          spec,
        };
        const warned = server.kubectl(["create", "--dry-run=server", "-f", "-"], JSON.stringify(pod));
        ok(["delete", "serviceaccount", spec.serviceAccountName as string, "-n", "kube-system"]);
        assert.deepEqual([warned.status, warned.stderr], [0, ""]);
        assert.ok(containersOf(spec).length > 0);
      });
    }
  });

  describe("is given the add-ons by addons-apply, which", () => {
    const widgets = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "widgets.example.com" },
      spec: {
        group: "example.com",
        scope: "Namespaced",
        names: { kind: "Widget", plural: "widgets", singular: "widget" },
        versions: [
          { name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } },
        ],
      },
    };
    const widget = {
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { name: "a", namespace: "default" },
    };

    let controller: Controller;
    before(() => {
      controller = new Controller(server);
    });

    const own = fileOf(
      kubernetesObject("ConfigMap", "one", { data: { a: "1" } }),
      kubernetesObject("ConfigMap", "two"),
    );

    it("applies them all, and reports it once", () => {
      const { status, log, stderr } = controller.apply(...everyAddon(), own);
      assert.equal(status, 0, stderr);
      const count = everyAddon().flatMap(parsed).length + 2;
      assert.deepEqual(log, [`the ${count} objects of the add-ons are as the node store has them`]);
      assert.equal(controller.inventory().split("\n").length, count);
      ok(["get", "daemonset", "flannel", "-n", "kube-system"]);
    });

    it("does nothing for five minutes then, and repairs drift after that", () => {
      ok(["patch", "configmap", "one", "-n", "kube-system", "-p", '{"data":{"a":"2"}}']);
      ok(["delete", "daemonset", "flannel", "-n", "kube-system"]);
      const value = () => ok(["get", "configmap", "one", "-n", "kube-system", "-o", "jsonpath={.data.a}"]);
      assert.deepEqual([controller.apply().log, value()], [[], "2"]);
      controller.fiveMinutesPass();
      assert.equal(controller.apply().status, 0);
      assert.equal(value(), "1");
      ok(["get", "daemonset", "flannel", "-n", "kube-system"]);
    });

    it("deletes objects that are no longer among them, at once, and nothing else", () => {
      ok(["create", "configmap", "theirs", "-n", "kube-system"]);
      const { status, log } = controller.apply(
        ...everyAddon().slice(1),
        fileOf(kubernetesObject("ConfigMap", "two")),
      );
      assert.equal(status, 0);
      assert.ok(log.includes("deleted ConfigMap one in kube-system: no add-on any more"), log.join("\n"));
      assert.ok(
        log.includes(
          "deleted DaemonSet.apps aws-cloud-controller-manager in kube-system: no add-on any more",
        ),
      );
      assert.ok(
        log.includes(
          "deleted ClusterRole.rbac.authorization.k8s.io system:cloud-controller-manager: no add-on any more",
        ),
      );
      const left = ok(["get", "configmap,daemonset", "-n", "kube-system", "-o", "name"]).split("\n");
      assert.ok(
        !left.includes("configmap/one") && !left.includes("daemonset.apps/aws-cloud-controller-manager"),
      );
      for (const each of ["configmap/two", "configmap/theirs", "daemonset.apps/flannel"])
        assert.ok(left.includes(each), each);
      assert.doesNotMatch(controller.inventory(), /ConfigMap kube-system one|cloud-controller/);
    });

    it("deletes nothing until all of them can be applied, says why, and forgets nothing", () => {
      const wrong = kubernetesObject("ConfigMap", "wrong", { data: { a: 1 } });
      const { status, log, stderr } = controller.apply(fileOf(wrong, kubernetesObject("ConfigMap", "three")));
      assert.equal(status, 1);
      assert.deepEqual(log, [
        "ERROR: not all of the add-ons could be applied; nothing is deleted before they are",
      ]);
      assert.match(stderr, /wrong/);
      ok(["get", "configmap", "two", "three", "-n", "kube-system"]);
      assert.match(controller.inventory(), /ConfigMap kube-system three\n(.*\n)*ConfigMap kube-system two/);
      assert.equal(controller.apply(fileOf(kubernetesObject("ConfigMap", "three"))).status, 0);
      assert.equal(controller.inventory(), "ConfigMap kube-system three");
    });

    it("applies objects of a new kind among them, and tolerates the removal of a kind", () => {
      controller.apply(fileOf(widget, widgets)); // the kind may not be known yet
      let tries = 0;
      for (; controller.apply().status !== 0; tries++) assert.ok(tries < 20);
      ok(["get", "widget.example.com", "a"]);
      const { status, log, stderr } = controller.apply(fileOf(kubernetesObject("ConfigMap", "three")));
      assert.equal(status, 0, stderr);
      assert.ok(
        log.some((line) => /CustomResourceDefinition\S* widgets.example.com: no add-on/.test(line)),
        log.join("\n"),
      );
      assert.ok(
        log.some((line) => /^(deleted )?Widget.example.com a /.test(line)),
        log.join("\n"),
      );
      assert.equal(controller.inventory(), "ConfigMap kube-system three");
    });

    it("ignores an object that is gone, and one whose kind is gone, even while metrics-server is down", () => {
      const metrics = everyAddon().filter(({ name }) => name === "metrics-server.yaml");
      const three = fileOf(kubernetesObject("ConfigMap", "three"));
      assert.equal(controller.apply(...metrics, three).status, 0);
      const gone = "Widget.example.com default b\nConfigMap kube-system four\n";
      const objects = `${gone}${controller.inventory()}`;
      controller.setInventory(objects);
      controller.fiveMinutesPass();
      const { status, stderr } = controller.apply();
      assert.equal(status, 0, stderr);
      assert.doesNotMatch(controller.inventory(), /Widget|four/);
      assert.equal(controller.apply(three).status, 0);
      assert.equal(controller.inventory(), "ConfigMap kube-system three");
    });

    it("does not treat its file as the newest after a download that broke off", () => {
      const four = manifestOf([fileOf(kubernetesObject("ConfigMap", "four"))]);
      controller.store(four);
      const mend = controller.breakDownloads();
      assert.deepEqual(controller.apply().log, [
        "ERROR: cannot read s3://demo-nodes-123456789012-eu-west-1/addons/manifest.yaml (HTTP 000)",
      ]);
      mend();
      assert.equal(controller.apply().status, 0);
      assert.equal(controller.inventory(), "ConfigMap kube-system four");
      assert.equal(controller.apply(fileOf(kubernetesObject("ConfigMap", "three"))).status, 0);
    });

    it("continues at once if a run broke off after its download", () => {
      const [three, five] = ["three", "five"].map((name) => fileOf(kubernetesObject("ConfigMap", name)));
      assert.equal(controller.apply(three).status, 0);
      const mend = controller.breakQuestions();
      assert.equal(controller.apply(five).status, 1);
      mend();
      assert.equal(controller.apply().status, 0);
      assert.equal(controller.inventory(), "ConfigMap kube-system five");
      assert.equal(controller.apply(three).status, 0);
    });

    it("forgets nothing that a second leading controller has recorded meanwhile", () => {
      controller.meanwhile("ConfigMap kube-system others");
      const four = fileOf(kubernetesObject("ConfigMap", "four"));
      assert.equal(controller.apply(four).status, 0);
      assert.equal(controller.inventory(), "ConfigMap kube-system four\nConfigMap kube-system others");
      assert.equal(controller.apply(fileOf(kubernetesObject("ConfigMap", "three"))).status, 0);
      assert.equal(controller.inventory(), "ConfigMap kube-system three");
    });

    it("is left to the controller that leads", () => {
      controller.lead(false);
      controller.fiveMinutesPass();
      assert.deepEqual(controller.apply(fileOf(kubernetesObject("ConfigMap", "five"))), {
        status: 0,
        log: [],
        stderr: "",
      });
      assert.equal(controller.inventory(), "ConfigMap kube-system three");
      controller.lead(true);
    });

    it("accepts only a text that `pulumi up` has written", () => {
      controller.store("<html/>");
      assert.deepEqual(controller.apply().log, [
        "ERROR: s3://demo-nodes-123456789012-eu-west-1/addons/manifest.yaml is not what `pulumi up` writes: its first line is another one",
      ]);
      assert.equal(controller.inventory(), "ConfigMap kube-system three");
    });

    it("keeps its records only in the cluster: another controller continues where it stopped", () => {
      controller.forget();
      assert.equal(controller.apply(fileOf(kubernetesObject("ConfigMap", "six"))).status, 0);
      assert.equal(controller.inventory(), "ConfigMap kube-system six");
      ok(["get", "configmap", "six", "-n", "kube-system"]);
    });
  });
});
