import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { parse, parseAllDocuments, stringify } from "yaml";
import { ignitionValidate } from "../../toolchain/ignition";
import { kubeadm, kubernetesVersion } from "../../toolchain/kubernetes";
import {
  RenderedNode,
  choresOf,
  controllerNode,
  everyKindOfNode,
  workerNode,
} from "../../../test/ignition/rendered";

/** Fails with the tool's whole output, unless it succeeds and prints nothing to stderr. */
function accepts(tool: string, args: readonly string[], input = "") {
  const { status, stdout, stderr, error } = spawnSync(tool, args, { input, encoding: "utf8" });
  if (error) throw error;
  if (status !== 0 || stderr !== "") assert.fail(`${tool} ${args.join(" ")}: ${status}\n${stdout}${stderr}`);
}

/** Milliseconds that apt-get may take. */
describe("The tools that will read the files accept them:", function () {
  // The first run builds or installs the tools.
  this.timeout(20 * 60 * 1000);

  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "ignition-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe("ignition-validate", () => {
    before(() => void ignitionValidate());
    for (const [kind, node] of Object.entries(everyKindOfNode)) {
      it(`for ${kind}`, () => accepts(ignitionValidate(), ["-"], node().json));
    }
  });

  describe("kubeadm config validate", () => {
    before(() => void kubeadm());

    const validate = (documents: string) => {
      const file = join(folder, "kubeadm.yaml");
      // kubeadm needs the file that a JoinConfiguration names.
      writeFileSync(file, documents.replace("/etc/cluster/bootstrap-kubeconfig.yaml", file));
      accepts(kubeadm(), ["config", "validate", "--config", file]);
    };

    for (const [kind, node] of Object.entries(everyKindOfNode)) {
      it(`for ${kind}`, () => validate(atBoot(node())));
    }

    it("for a pool's patched KubeletConfiguration", () => {
      const patch = workerNode({
        kubelet: {
          featureGates: { NodeSwap: true },
          cpuManagerPolicy: "static",
          systemReserved: { cpu: "500m" },
          kubeReserved: {},
        },
      }).texts.get("/etc/kubernetes/patches/kubeletconfiguration+merge.yaml");
      const documents = parseAllDocuments(atBoot(controllerNode())).map(
        (document) => document.toJS() as Record<string, unknown>,
      );
      const isKubelets = ({ kind }: Record<string, unknown>) => kind === "KubeletConfiguration";
      const patched = documents.map((document) =>
        isKubelets(document) ? { ...document, ...(parse(patch ?? "") as object) } : document,
      );
      assert.equal(patched.find(isKubelets)?.cpuManagerPolicy, "static");
      validate(patched.map((document) => stringify(document)).join("---\n"));
    });

    it("for the apiserver's pod, which has the patch's grace", () => {
      const name = "kube-apiserver+merge.yaml";
      const [patches, made, file] = ["patches", "made", "controller.yaml"].map((one) => join(folder, one));
      mkdirSync(patches);
      const patch = controllerNode().texts.get(`/etc/kubernetes/patches/${name}`) ?? "";
      writeFileSync(join(patches, name), patch);
      writeFileSync(file, atBoot(controllerNode()).replace("/etc/kubernetes/patches", patches));
      execFileSync(
        kubeadm(),
        ["init", "phase", "control-plane", "apiserver", "--config", file, "--dry-run"],
        { env: { ...process.env, KUBEADM_INIT_DRYRUN_DIR: made }, stdio: "ignore" },
      );
      const pod = parse(readFileSync(join(made, "kube-apiserver.yaml"), "utf8")) as { spec: object };
      assert.deepEqual({ ...pod.spec, ...(parse(patch) as typeof pod).spec }, pod.spec);
    });

    it("whose pause image is the one that containerd starts", () => {
      const args = ["config", "images", "list", `--kubernetes-version=${kubernetesVersion}`];
      const images = execFileSync(kubeadm(), args, { encoding: "utf8" });
      const [, pause] =
        /sandbox_image = "(.*)"/.exec(workerNode().texts.get("/etc/containerd/config.toml") ?? "") ?? [];
      assert.ok(images.split("\n").includes(pause), `${pause} is not one of\n${images}`);
    });

    it("and refuses a document with a field it does not know", () => {
      assert.throws(
        () => validate(atBoot(controllerNode()).replace("podSubnet:", "podSubnets:")),
        /podSubnets/,
      );
    });
  });

  describe("systemd-analyze verify", () => {
    const nodes = { controller: controllerNode(), worker: workerNode() };
    for (const [role, node] of Object.entries(nodes)) {
      it(`for the units of a ${role}`, () => {
        const root = join(folder, role);
        const units = writeRoot(root, node);
        accepts("systemd-analyze", ["verify", `--root=${root}`, "--man=no", ...units]);
      });
    }
  });

  describe("shellcheck", () => {
    const files = join(__dirname, "../../../ignition/files");
    const scripts = readdirSync(files, { recursive: true, withFileTypes: true })
      .filter(
        (entry) =>
          entry.isFile() && entry.parentPath.includes("/opt/cluster/") && !entry.name.endsWith(".jq"),
      )
      .map((entry) => join(entry.parentPath, entry.name));
    for (const script of scripts) {
      it(`for ${relative(files, script)}`, () => accepts("shellcheck", [script]));
    }
  });
});

/** The kubeadm documents with an instance's facts, filled in like `node_document`. */
function atBoot({ texts }: RenderedNode): string {
  const facts: Record<string, string> = {
    LOCAL_HOSTNAME: "ip-10-0-0-10.eu-west-1.compute.internal",
    PRIVATE_IP: "10.0.0.10",
    AVAILABILITY_ZONE: "eu-west-1a",
    INSTANCE_ID: "i-0123456789abcdef0",
  };
  return (texts.get("/etc/cluster/kubeadm.yaml") ?? "").replace(
    /\$\{(\w+)\}/g,
    (_, name: string) => facts[name],
  );
}

/** The parts of the node's image that the units need; systemd's own units come from this machine. */
const imageUnits = { "containerd.service": "[Service]\nExecStart=/usr/bin/containerd\n" };
const imagePrograms = [
  ...["bin/containerd", "bin/mkdir", "bin/mv", "bin/systemctl", "bin/systemd-sysusers", "bin/tar"],
  "sbin/nft",
].map((name) => `usr/${name}`);
/** The files that a unit of ours unpacks. */
const unpackedPrograms = ["opt/bin/etcd"];

/** Writes the node's root as Ignition would; returns the paths of its units, a chore's own instead of the template's. */
function writeRoot(root: string, node: RenderedNode): string[] {
  const { config, texts, units } = node;
  const chores = choresOf(node);
  const write = (path: string, text: string, mode: number) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  };
  cpSync("/lib/systemd/system", join(root, "usr/lib/systemd/system"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  symlinkSync("usr/lib", join(root, "lib"));
  symlinkSync("usr/bin", join(root, "bin"));
  for (const [name, text] of Object.entries(imageUnits)) write(`usr/lib/systemd/system/${name}`, text, 0o644);
  for (const program of [...imagePrograms, ...unpackedPrograms]) write(program, "", 0o755);
  for (const { path, mode } of config.storage?.files ?? []) write(path, texts.get(path) ?? "", mode);
  return units
    .filter(({ mask }) => !mask)
    .flatMap(({ name, contents, dropins = [] }) => {
      if (contents !== undefined) write(`etc/systemd/system/${name}`, contents, 0o644);
      for (const dropin of dropins)
        write(`etc/systemd/system/${name}.d/${dropin.name}`, dropin.contents, 0o644);
      const names = name.startsWith("chore@.")
        ? chores.map((chore) => name.replace("@", `@${chore}`))
        : [name];
      return contents === undefined ? [] : names.map((each) => join(root, "etc/systemd/system", each));
    });
}
