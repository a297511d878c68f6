import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { cacheRoot } from "../engine/cache";

/** A program built from a Go module of the public registry. */
export interface GoTool {
  /** File name of the program. */
  name: string;
  /** Version of the module without the leading `v`. */
  version: string;
  /** Module path, e.g. `go.etcd.io/etcd/server/v3`. */
  module: string;
  /** Import path of the main package. @default - the module itself */
  package?: string;
  /** Text of our own main package, which imports from the module; replaces `package`. */
  main?: string;
  /** Whether to build the package's tests, as one program. @default false */
  tests?: boolean;
  /** Paths of imports that are removed from the module's own main.go. @default - none */
  without?: readonly string[];
  /** Further lines of the go.mod, e.g. `replace` directives. */
  goMod?: string[];
  /** Linker flags, e.g. the version that a program reports. */
  ldflags?: string;
  /** Whether it links to C libraries. @default false */
  cgo?: boolean;
}

/** A program that a `go.mod` and `go.sum` of this project decide on. */
export interface OwnGoTool {
  /** File name of the program. */
  name: string;
  /** Folder of the module. */
  folder: string;
  /** Its main package: relative to the module, e.g. `./client`, or of a module that it requires. */
  package: string;
  /** Linker flags, e.g. the version a program reports. */
  ldflags?: string;
  /** Path of the program in a folder of its own. @default - it has no folder */
  within?: string;
}

/**
 * Path of the built program in the user's cache. The first call builds it, and prints a line on stderr
 * because that takes minutes. Interrupted or concurrent builds do no harm: the program appears by a rename.
 * Throws when Go is missing or the build fails.
 */
export function goTool(tool: GoTool): string {
  const { name, version, module } = tool;
  return cached(name, `${version}-${digest(JSON.stringify(tool))}`, (folder) => {
    const own = tool.main ?? (tool.without && mainWithout(tool, tool.without));
    const main = own === undefined ? (tool.package ?? module) : ".";
    const source = own ?? `package toolbuild\n\nimport _ "${main}"\n`;
    const goMod = [
      "module toolbuild",
      "go 1.24.0",
      `require ${module} v${version}`,
      ...(tool.goMod ?? []),
      "",
    ];
    fs.writeFileSync(path.join(folder, "main.go"), source);
    fs.writeFileSync(path.join(folder, "go.mod"), goMod.join("\n"));
    const environment = { CGO_ENABLED: tool.cgo ? "1" : "0", GOFLAGS: "-mod=mod -buildvcs=false" };
    go(folder, ["mod", "tidy", "-e"], environment);
    const command = tool.tests ? ["test", "-c", "-vet=off"] : ["build"];
    go(folder, [...command, ...buildFlags(path.join(folder, name), main, tool.ldflags)], environment);
  });
}

/** The same for a program with its source or recipe in this project; its name in the cache has the hash of its source. */
export function ownGoTool(tool: OwnGoTool, root = cacheRoot(), report = tell): string {
  const make = (into: string) => {
    const environment = { CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false", GOWORK: "off" };
    const output = path.join(into, tool.name);
    go(tool.folder, ["build", ...buildFlags(output, tool.package, tool.ldflags)], environment);
  };
  return ownProgram(tool, root) ?? build(tool.name, ownVersion(tool), make, ownPath(tool, root), report);
}

/** Path of such a program that was built before, if there is one. */
export function ownProgram(tool: OwnGoTool, root = cacheRoot()): string | undefined {
  const program = ownPath(tool, root);
  return fs.existsSync(program) ? program : undefined;
}

const ownPath = (tool: OwnGoTool, root: string) =>
  path.join(root, "tools", `${tool.name}-${ownVersion(tool)}`, tool.within ?? "");

function ownVersion({ folder, package: main, ldflags }: OwnGoTool): string {
  const files = fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.go$|^go\.(mod|sum)$/.test(file) && !file.endsWith("_test.go"))
    .sort();
  const sources = files.map((file) => [file, fs.readFileSync(path.join(folder, file), "utf8")]);
  return digest(JSON.stringify([main, ...sources, ...(ldflags ? [ldflags] : [])]));
}

function cached(name: string, version: string, make: (folder: string) => void): string {
  const program = path.join(cacheRoot(), "tools", `${name}-${version}`);
  return fs.existsSync(program) ? program : build(name, version, make, program, tell);
}

function build(
  name: string,
  version: string,
  make: (folder: string) => void,
  program: string,
  report: (line: string) => void,
): string {
  fs.mkdirSync(path.dirname(program), { recursive: true });
  const folder = fs.mkdtempSync(path.join(path.dirname(program), `.${name}-`));
  report(`Building ${name} ${version} with Go (once, a few minutes) ...`);
  const started = Date.now();
  try {
    make(folder);
    fs.renameSync(path.join(folder, name), program);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(
      `building ${name} needs the command \`go\` on PATH: install Go (https://go.dev/doc/install)`,
    );
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  report(`Built ${name} in ${Math.round((Date.now() - started) / 1000)} s`);
  return program;
}

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** Folder with the sources of a module; downloads it if it is missing. */
export function moduleFolder({ module, version }: Pick<GoTool, "module" | "version">): string {
  const download = ["mod", "download", "-json", `${module}@v${version}`];
  return (JSON.parse(go(os.tmpdir(), download)) as { Dir: string }).Dir;
}

/** The module's main.go without these imports, which it needs only for their side effects. */
function mainWithout(tool: GoTool, imports: readonly string[]): string {
  const lines = fs.readFileSync(path.join(moduleFolder(tool), "main.go"), "utf8").split("\n");
  return lines.filter((line) => !imports.some((left) => line.trim() === `_ "${left}"`)).join("\n");
}

const buildFlags = (output: string, main: string, ldflags = ""): string[] => [
  ...["-trimpath", "-ldflags", `-s -w ${ldflags}`, "-o", output, main],
];

function go(cwd: string, args: string[], environment: NodeJS.ProcessEnv = {}): string {
  const { error, status, stdout, stderr } = spawnSync("go", args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    maxBuffer: Infinity,
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`\`go ${args.join(" ")}\` failed:\n${stderr.split("\n").slice(-20).join("\n")}`);
  return stdout;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
