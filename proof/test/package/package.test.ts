import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const project = path.join(__dirname, "../../..");
const modules = path.join(project, "node_modules");

/** A program of somebody who has installed the package. It makes a cluster by Pulumi's mocks, and prints how many resources that are. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import { Cluster, parseSettings, type ClusterOutputs, type PreflightResult } from "pulumi-kubeadm/library";

const made: string[] = [];
const preflight: PreflightResult = {
  accountId: "123456789012", region: "eu-north-1", partition: "aws", dnsSuffix: "amazonaws.com",
  zones: ["eu-north-1a"], natAddresses: [], ownManifests: [], diskKeys: [],
  images: [{ release: "1.2.3", architecture: "amd64", sourceAmiId: "ami-0123456789abcdef0" }],
};
async function main() {
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      made.push(type);
      return { id: name, state: inputs };
    },
    call: () => ({}),
  }, "theirs", "dev", true);
  await pulumi.runtime.runInPulumiStack(async () => {
    const settings = parseSettings({ name: "blue", domain: "k8s.example.com", zones: 1 });
    const outputs: ClusterOutputs = new Cluster("blue", { settings, preflight }).outputs;
    return { apiName: outputs.apiName };
  });
  await pulumi.runtime.disconnect();
  console.log(made.length);
}
void main();
`;

describe("The package of the library, installed from its file", function () {
  this.timeout(600_000);
  let folder: string;
  const node = (...args: string[]) =>
    execFileSync(process.execPath, args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });

  before(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "theirs-")));
    const made = path.join(folder, "package");
    node(path.join(project, "package.mjs"), made);
    const file = execFileSync("npm", ["pack", made, "--silent"], { cwd: folder, encoding: "utf8" }).trim();
    // As npm installs it, with the packages that it depends on from here.
    const installed = path.join(folder, "node_modules/pulumi-kubeadm");
    fs.mkdirSync(installed, { recursive: true });
    for (const name of fs.readdirSync(modules).filter((each) => !each.startsWith(".")))
      fs.symlinkSync(path.join(modules, name), path.join(folder, "node_modules", name));
    execFileSync("tar", ["-xf", path.join(folder, file), "-C", installed, "--strip-components=1"]);
    fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "theirs" }));
    fs.writeFileSync(path.join(folder, "index.ts"), program);
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("is imported, with its types, by a program that is compiled, and makes a cluster", () => {
    const options = [
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--strict",
      "--skipLibCheck",
      "--types",
      "node",
    ];
    node(path.join(modules, "typescript/bin/tsc"), ...options, "index.ts");
    assert.ok(Number(node("index.js")) > 80);
  });

  it("has none of the project's TypeScript, tests and proof in it", () => {
    const files = fs.readdirSync(path.join(folder, "node_modules/pulumi-kubeadm"), {
      recursive: true,
      encoding: "utf8",
    });
    assert.ok(files.includes(path.join("ignition", "files", "node", "opt", "cluster", "lib", "log.sh")));
    assert.deepEqual(
      files.filter((file) => /(?<!\.d)\.ts$|^(proof|test|examples)\b/.test(file)),
      [],
    );
  });
});
