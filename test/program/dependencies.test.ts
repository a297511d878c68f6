import * as assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import * as path from "node:path";
import * as ts from "typescript";
import { dependencies, devDependencies } from "../../package.json";

const project = path.join(__dirname, "../..");

/** Packages that no file of the program imports, and why they are there when it is deployed. */
const unimported: Record<string, string> = {
  "ts-node": "Pulumi's language host loads index.ts with the project's own",
  typescript: "ts-node's compiler, and Pulumi's when it serialises the discovery function",
  "@types/node": "ts-node checks types before a deployment",
};

/** Packages that `file` and the files it imports, import; type-only imports too, which a deployment checks. */
function packagesFrom(file: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"));
  for (const { fileName } of importedFiles) {
    if (isBuiltin(fileName)) continue;
    if (fileName.startsWith(".")) {
      for (const each of packagesFrom(resolved(file, fileName), seen)) packages.add(each);
    } else {
      packages.add(
        fileName
          .split("/")
          .slice(0, fileName.startsWith("@") ? 2 : 1)
          .join("/"),
      );
    }
  }
  return packages;
}

function resolved(from: string, name: string): string {
  const target = path.join(path.dirname(from), name);
  const found = [`${target}.ts`, path.join(target, "index.ts"), target].find((each) => existsSync(each));
  assert.ok(found, `${from} imports ${name}, which is not there`);
  return found;
}

describe("The packages of package.json", () => {
  const imported = packagesFrom(path.join(project, "index.ts"));

  it("are dependencies exactly if a deployment needs them", () => {
    assert.ok(imported.size > 3 && imported.has("@pulumi/aws"));
    assert.deepEqual(Object.keys(dependencies).sort(), [...imported, ...Object.keys(unimported)].sort());
  });

  it("are each in one list, at one exact version", () => {
    const all = [...Object.entries(dependencies), ...Object.entries(devDependencies)];
    assert.equal(new Set(all.map(([name]) => name)).size, all.length);
    for (const [name, version] of all) assert.match(version, /^\d+\.\d+\.\d+$/, name);
  });

  it("have a TypeScript that Pulumi can load", () => {
    assert.ok(Number(dependencies.typescript.split(".")[0]) < 7);
  });
});
