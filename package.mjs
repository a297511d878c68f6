/**
 * `npm run package [FOLDER]`: makes an npm package of the library in `build`, or in another folder: JavaScript with types, as
 * neither Node nor ts-node runs TypeScript below `node_modules`. `npm pack ./build` then makes a file of it.
 */
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";

const project = import.meta.dirname;
const folder = path.resolve(process.argv[2] ?? path.join(project, "build"));
/** What the library reads when it runs, beside what people read. */
const data = [
  "addons/manifests",
  "ignition/files",
  "docs/settings.md",
  "docs/settings.schema.json",
  "LICENSE",
];

rmSync(folder, { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
execFileSync(process.execPath, [tsc, "-p", path.join(project, "tsconfig.package.json"), "--outDir", folder], {
  stdio: "inherit",
});
for (const each of data) cpSync(path.join(project, each), path.join(folder, each), { recursive: true });

const { name, version, description, license, engines, dependencies } = JSON.parse(
  readFileSync(path.join(project, "package.json"), "utf8"),
);
const exports = {
  "./library": { types: "./library.d.ts", default: "./library.js" },
  "./package.json": "./package.json",
};
const manifest = { name, version, description, license, engines, exports, dependencies };
writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest, undefined, 2) + "\n");
