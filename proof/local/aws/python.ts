import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { cacheEntry, cacheRoot } from "../../engine/cache";

const run = promisify(execFile);
const requirements = path.join(__dirname, "requirements.txt");
const oldestPython = [3, 11];

/**
 * The Python interpreter of a virtual environment with the local AWS's packages. The first use makes it; then
 * it stays in the user's cache.
 * @throws Error in one line, with what to install, if Python is missing or too old
 */
export async function findPython(report: (line: string) => void): Promise<string> {
  const version = await pythonVersion();
  const recipe = [readFileSync(requirements, "utf8")];
  const key = { tool: "local-aws-python", version, recipe };
  const folder = await cacheEntry(cacheRoot(), key, (empty) => install(empty, report), report);
  return path.join(folder, "bin", "python");
}

async function install(folder: string, report: (line: string) => void): Promise<void> {
  report("installing the local AWS's Python packages (half a minute, once)");
  try {
    await run("python3", ["-m", "venv", folder]);
  } catch (error) {
    throw new Error("python3 cannot make a virtual environment; on Debian: apt-get install python3-venv", {
      cause: error,
    });
  }
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
  await run(path.join(folder, "bin", "python"), [...pip, "--requirement", requirements]);
}

async function pythonVersion(): Promise<string> {
  const wanted = `Python ${oldestPython.join(".")} or newer`;
  let version: string;
  try {
    version = (
      await run("python3", ["-c", "import platform; print(platform.python_version())"])
    ).stdout.trim();
  } catch (error) {
    throw new Error(`python3 is missing: the local AWS needs ${wanted}`, { cause: error });
  }
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestPython;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new Error(`python3 is ${version}: the local AWS needs ${wanted}`);
  }
  return version;
}
