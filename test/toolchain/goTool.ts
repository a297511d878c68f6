import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A program built from a Go module of the public registry. */
export interface GoTool {
  /** File name of the program. */
  name: string;
  /** Version of the module without the leading `v`. */
  version: string;
  /** Module path, e.g. `go.etcd.io/etcd/server/v3`. */
  module: string;
  /** Import path of the main package; default: the module itself. */
  package?: string;
  /** Further lines of the go.mod, e.g. `replace` directives. */
  goMod?: string[];
  /** Linker flags, e.g. the version a program reports. */
  ldflags?: string;
}

const cacheFolder = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"),
  "pulumi-kubeadm",
  "tools",
);

/**
 * Path of the built program: `<cache>/pulumi-kubeadm/tools/<name>-<version>`. Builds it on the first call, with a
 * line on stderr because that takes minutes. Interrupted or concurrent builds do no harm: the program appears by a rename.
 * Throws when Go is missing or the build fails.
 */
export function goTool(tool: GoTool): string {
  const program = path.join(cacheFolder, `${tool.name}-${tool.version}`);
  if (fs.existsSync(program)) return program;

  fs.mkdirSync(cacheFolder, { recursive: true });
  const folder = fs.mkdtempSync(path.join(cacheFolder, `.${tool.name}-`));
  const importPath = tool.package ?? tool.module;
  const go = (...args: string[]) =>
    execFileSync("go", args, {
      cwd: folder,
      env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod -buildvcs=false" },
      stdio: ["ignore", "ignore", "inherit"],
    });
  process.stderr.write(
    `Building ${tool.name} ${tool.version} from ${tool.module} (once, a few minutes) ...\n`,
  );
  const started = Date.now();
  try {
    fs.writeFileSync(path.join(folder, "tools.go"), `package toolbuild\n\nimport _ "${importPath}"\n`);
    fs.writeFileSync(
      path.join(folder, "go.mod"),
      [
        "module toolbuild",
        "go 1.24.0",
        `require ${tool.module} v${tool.version}`,
        ...(tool.goMod ?? []),
        "",
      ].join("\n"),
    );
    go("mod", "tidy", "-e");
    go("build", "-trimpath", "-ldflags", `-s -w ${tool.ldflags ?? ""}`, "-o", tool.name, importPath);
    fs.renameSync(path.join(folder, tool.name), program);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  process.stderr.write(`Built ${tool.name} in ${Math.round((Date.now() - started) / 1000)} s\n`);
  return program;
}
