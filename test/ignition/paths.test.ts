import assert from "node:assert/strict";
import { controllerKeyObjects, workerKeyObjects } from "../../ignition/keyObjects";
import { RenderedNode, choresOf, controllerNode, workerNode } from "./rendered";

/** What is on a node's disk only after its boot, by the unit that makes it; test/nodes runs the first two. */
const madeAtBoot: Record<string, readonly string[]> = {
  "cni-plugins.service": ["/opt/cni/unpacking", "/opt/cni/bin"],
  "etcd-install.service": ["/opt/bin/etcd", "/opt/bin/etcdctl", "/opt/bin/etcdutl"],
  "kubelet.service": ["/opt/libexec/kubernetes/kubelet-plugins/volume/exec"],
};

const ours =
  /(?<![\w.}/])\/(?:opt|etc\/cluster|etc\/etcd|etc\/kubernetes\/(?:apiserver|encryption|patches))(?:\/[\w.@-]+)*/g;

/** The paths that each file and unit names, below the folders that nobody but this project fills. */
function* namedPaths({ texts, units }: RenderedNode): Generator<{ where: string; path: string }> {
  const parts = units.flatMap(({ name, contents = "", dropins = [] }) => [{ name, contents }, ...dropins]);
  for (const [where, text] of [...texts, ...parts.map(({ name, contents }) => [name, contents] as const)]) {
    // A name with a leading dot is a script's own scratch.
    for (const [path] of text.replace(/^\s*#.*$/gm, "").matchAll(ours))
      if (!path.includes("/.")) yield { where, path };
  }
}

/** Every file, and every folder above one. */
function presentPaths({ config, units }: RenderedNode, keys: readonly { path: string }[]): Set<string> {
  const made = units.flatMap(({ name }) => madeAtBoot[name] ?? []);
  const paths = [...(config.storage?.files ?? []), ...keys].map(({ path }) => path).concat(made);
  return new Set(
    paths.flatMap((path) => path.split("/").map((_, last, names) => names.slice(0, last + 1).join("/"))),
  );
}

describe("Every path that a node's files and units name is on that node's disk:", () => {
  const nodes = {
    controller: [controllerNode(), controllerKeyObjects],
    worker: [workerNode(), workerKeyObjects],
  } as const;
  for (const [role, [node, keys]] of Object.entries(nodes)) {
    it(`on a ${role}`, () => {
      const present = presentPaths(node, keys);
      const named = [...namedPaths(node)];
      assert.ok(named.length > 30);
      assert.deepEqual(
        named.filter(({ path }) => !present.has(path)),
        [],
      );
    });
  }
});

describe("The chores of a controller", () => {
  const node = controllerNode();
  const chores = choresOf(node);

  it("are each a script", () => {
    assert.equal(chores.length, 8);
    assert.deepEqual(
      chores.filter((chore) => !node.texts.has(`/opt/cluster/bin/${chore}`)),
      [],
    );
  });

  it("include each chore that has a drop-in", () => {
    const changed = node.units.flatMap(({ name }) => /^chore@(.+)\./.exec(name)?.slice(1) ?? []);
    assert.ok(changed.length > 0);
    assert.deepEqual(
      changed.filter((name) => !chores.includes(name)),
      [],
    );
  });
});
