import * as assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { addonFiles, addonManifests, AddonName, addonNames, wantedAddons } from "../../addons/addons";
import { images } from "../../addons/images";
import { objectsOf } from "../../addons/manifests";
import { parseSettings } from "../../settings";
import { assertGolden } from "../golden";
import { containersOf, everyAddon, facts, parsed, podTemplates } from "./rendered";

const manifests = path.join(__dirname, "../../addons/manifests");

describe("The add-ons", () => {
  it("are the files of addons/manifests", () => {
    assert.deepEqual(
      readdirSync(manifests),
      addonNames.map((name) => `${name}.yaml`),
    );
  });

  it("contain each object once, in a namespace that PodSecurity exempts or in none", () => {
    const { objects, mistakes } = objectsOf(everyAddon());
    assert.deepEqual(mistakes, []);
    assert.ok(objects.length > 40, String(objects.length));
    for (const { id } of objects) assert.match(id, /^\S+ (-|kube-system) \S+$/);
  });

  it("contain the objects and images of golden/objects.txt", () => {
    const listed = everyAddon().map((file) => {
      const used = [...new Set([...file.text.matchAll(/image: "?([^\s"]+)/g)].map(([, image]) => image))];
      return [file.name, ...objectsOf([file]).objects.map(({ id }) => id), ...used].join("\n  ") + "\n";
    });
    assertGolden(path.join(__dirname, "golden/objects.txt"), listed.join(""));
  });

  it("are all that a stack does not leave out; the autoscaler needs a pool that it can size", () => {
    const { workerPools } = parseSettings({ name: "dev", domain: "k8s.example.com" });
    const { workers } = workerPools;
    const wanted = (max: number, leaveOut: AddonName[] = []) =>
      wantedAddons({
        addons: { leaveOut },
        workerPools: { workers, more: { ...workers, max } },
      });
    assert.deepEqual(wanted(workers.min + 1), addonNames);
    const others = addonNames.filter((name) => name !== "cluster-autoscaler");
    assert.deepEqual(wanted(workers.min), others);
    assert.deepEqual(
      wanted(workers.min, ["flannel"]),
      others.filter((name) => name !== "flannel"),
    );
  });

  it("use only images from images.ts in their containers, and use all of them", () => {
    const used = new Set<string>();
    for (const file of addonFiles(addonNames)) {
      for (const [, image] of file.text.matchAll(/^ +image: (.*)$/gm)) {
        const [, name] = /^"\{\{image\.(.*)\}\}"$/.exec(image) ?? [];
        assert.ok(name && name in images, `${file.name}: image: ${image}`);
        used.add(name);
      }
    }
    assert.deepEqual([...used].sort(), Object.keys(images).sort());
    for (const { where, spec } of podTemplates()) {
      for (const { name, image } of containersOf(spec)) assert.ok(image, `${where} ${name}`);
    }
  });

  it("have images at an exact release, never `latest`", () => {
    for (const image of Object.values(images)) {
      assert.match(image, /^[a-z0-9.]+\/[a-z0-9/-]+:v\d+\.\d+\.\d+(-flannel\d+)?(@sha256:[0-9a-f]{64})?$/);
    }
  });

  for (const { where, spec } of podTemplates()) {
    describe(where, () => {
      it("asks for CPU and memory, and is never throttled", () => {
        for (const { name, resources } of containersOf(spec)) {
          assert.ok(resources?.requests?.cpu && resources.requests.memory, name);
          assert.equal(resources.limits?.cpu, undefined, name);
        }
      });

      it("may do no more than it needs", () => {
        assert.equal(spec.securityContext.seccompProfile.type, "RuntimeDefault");
        for (const { name, securityContext } of containersOf(spec)) {
          if (securityContext.privileged) {
            assert.equal(`${where} ${name}`, "aws-ebs-csi-driver.yaml DaemonSet ebs-csi-node ebs-plugin");
            continue;
          }
          assert.equal(securityContext.allowPrivilegeEscalation, false, name);
          assert.deepEqual(securityContext.capabilities.drop, ["ALL"], name);
          assert.equal(securityContext.readOnlyRootFilesystem, name !== "flannel", name);
        }
        const asRoot = ["DaemonSet flannel", "DaemonSet ebs-csi-node"].some((name) => where.endsWith(name));
        assert.equal(spec.securityContext.runAsNonRoot ?? false, !asRoot);
      });

      it("has a system priority, its own service account and a liveness probe", () => {
        assert.match(spec.priorityClassName, /^system-(node|cluster)-critical$/);
        assert.ok(spec.serviceAccountName);
        assert.ok(spec.containers[0].livenessProbe);
      });

      it("starts where it must", () => {
        const tolerated = (key: string, value = "") =>
          (spec.tolerations as Record<string, string>[]).some(
            (each) => each.operator === "Exists" || (each.key === key && (each.value ?? "") === value),
          );
        assert.ok(tolerated("node-role.kubernetes.io/control-plane"));
        if (!/flannel|cloud-controller/.test(where)) return;
        // What others wait for waits for nothing: neither for itself nor for the pod network nor for kube-proxy.
        assert.ok(tolerated("node.cloudprovider.kubernetes.io/uninitialized", "true"));
        assert.deepEqual([spec.hostNetwork, spec.dnsPolicy], [true, "Default"]);
        assert.ok(
          spec.containers[0].env.some(({ name }: { name: string }) => name === "KUBERNETES_SERVICE_HOST"),
        );
      });
    });
  }

  it("call AWS with their own role, and only from controllers", () => {
    for (const { addon, where, spec } of podTemplates()) {
      const roles = containersOf(spec).flatMap(({ env = [] }) =>
        env.filter(({ name }: { name: string }) => name === "AWS_ROLE_ARN"),
      );
      const roleArn = /DaemonSet ebs-csi-node/.test(where) ? undefined : facts.roleArns[addon];
      assert.deepEqual(
        roles.map(({ value }) => value),
        roleArn === undefined ? [] : [roleArn],
        where,
      );
      if (roleArn === undefined) continue;
      assert.deepEqual(spec.nodeSelector, { "node-role.kubernetes.io/control-plane": "" }, where);
      const token = spec.volumes.find(({ name }: { name: string }) => name === "aws-token");
      assert.equal(token.projected.sources[0].serviceAccountToken.audience, "sts.amazonaws.com", where);
    }
  });

  it("give a worker that waits for the controllers' upgrade enough time to join", () => {
    const numberIn = (file: string, pattern: RegExp) =>
      Number(pattern.exec(readFileSync(path.join(__dirname, "../..", file), "utf8"))?.[1]);
    const waits = numberIn(
      "ignition/files/worker/opt/cluster/bin/kubeadm-join",
      /wait_for (\d+) "a bootstrap token/,
    );
    const launch = numberIn("components/nodes/workerPool.ts", /hookSeconds: \{ launch: (\d+)/);
    const patience = numberIn(
      "addons/manifests/cluster-autoscaler.yaml",
      /- --max-node-provision-time=(\d+)m$/m,
    );
    assert.ok(patience * 60 > waits + launch, `${patience} min for ${waits} s and ${launch} s`);
  });

  it("give flannel the cluster's pod network", () => {
    const [file] = addonManifests(["flannel"], { ...facts, podCidr: "10.32.0.0/14" });
    const data = parsed(file).find(({ kind }) => kind === "ConfigMap")?.data as Record<string, string>;
    const network: unknown = JSON.parse(data["net-conf.json"]);
    assert.deepEqual(network, { Network: "10.32.0.0/14", Backend: { Type: "vxlan" } });
    assert.deepEqual(
      (JSON.parse(data["cni-conf.json"]) as { plugins: { type: string }[] }).plugins.map(({ type }) => type),
      ["flannel", "portmap"],
    );
  });

  it("have a disruption budget for each workload with two replicas", () => {
    const all = everyAddon().flatMap(parsed);
    const twice = all.filter(({ spec }) => spec?.replicas === 2).map(({ metadata }) => metadata.name);
    const budgets = all.filter(({ kind }) => kind === "PodDisruptionBudget");
    assert.deepEqual(
      budgets.map(({ metadata }) => metadata.name),
      twice,
    );
    for (const { metadata, spec } of budgets) {
      assert.deepEqual(spec.selector.matchLabels, { "app.kubernetes.io/name": metadata.name });
    }
  });

  it("cannot be rendered without a role that an add-on needs", () => {
    assert.throws(() => addonManifests(["cluster-autoscaler"], { ...facts, roleArns: {} }), {
      message: "cluster-autoscaler.yaml: no value for the placeholder {{roleArn}}",
    });
  });

  it("have a default StorageClass, and only one", () => {
    const classes = everyAddon()
      .flatMap(parsed)
      .filter(({ kind }) => kind === "StorageClass");
    assert.deepEqual(
      classes.map(({ metadata, parameters }) => [metadata.name, parameters]),
      [["gp3", { type: "gp3", encrypted: "true" }]],
    );
    const text = readFileSync(path.join(manifests, "aws-ebs-csi-driver.yaml"), "utf8");
    assert.match(text, /storageclass\.kubernetes\.io\/is-default-class: "true"/);
  });
});
