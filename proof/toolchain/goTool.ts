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

/** A program of a Go module in this project, with its `go.mod` and `go.sum`. */
export interface OwnGoTool {
  /** File name of the program. */
  name: string;
  /** Folder of the module. */
  folder: string;
  /** Its main package, relative to the module, e.g. `./client`. */
  package: string;
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

/** The same for a program with its source in this project; its name in the cache has the source's hash. */
export function ownGoTool({ name, folder, package: main }: OwnGoTool): string {
  const files = fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.go$|^go\.(mod|sum)$/.test(file) && !file.endsWith("_test.go"))
    .sort();
  const sources = files.map((file) => [file, fs.readFileSync(path.join(folder, file), "utf8")]);
  return cached(name, digest(JSON.stringify([main, ...sources])), (into) => {
    const environment = { CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false" };
    go(folder, ["build", ...buildFlags(path.join(into, name), main)], environment);
  });
}

function cached(name: string, version: string, make: (folder: string) => void): string {
  const tools = path.join(cacheRoot(), "tools");
  const program = path.join(tools, `${name}-${version}`);
  if (fs.existsSync(program)) return program;

  fs.mkdirSync(tools, { recursive: true });
  const folder = fs.mkdtempSync(path.join(tools, `.${name}-`));
  process.stderr.write(`Building ${name} ${version} with Go (once, a few minutes) ...\n`);
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
  process.stderr.write(`Built ${name} in ${Math.round((Date.now() - started) / 1000)} s\n`);
  return program;
}

/** Folder with the sources of a module, which is downloaded if it is missing. */
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
