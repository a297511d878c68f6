import { PulumiCommand } from "@pulumi/pulumi/automation";
import * as fs from "node:fs";
import * as path from "node:path";
import { builtBefore, goTool, PULUMI } from "./goBuild";
import { run } from "./run";

/** A usable Pulumi CLI and where it came from. */
export interface Cli {
  readonly command: PulumiCommand;
  readonly origin: string;
}

export interface CliSearch {
  readonly cacheRoot: string;
  readonly report: (line: string) => void;
  /** Go straight to the engine's own build. */
  readonly onlyBuild: boolean;
  readonly canDownload: () => Promise<boolean>;
  /** Makes the engine's own build. @default - builds with Go, or takes the cached build */
  readonly build?: () => Promise<string>;
}

const DOWNLOAD_SECONDS = 180;

/** Finds a Pulumi CLI: on PATH, in the cache, from the download site, and at last by building one. */
export async function findCli(search: CliSearch): Promise<Cli> {
  const found = search.onlyBuild ? undefined : ((await onPath(search)) ?? (await downloadedBefore(search)));
  if (found) return found;

  const built = await builtBefore(PULUMI, search.cacheRoot);
  if (built) return atRoot(built, "built before, from the cache");
  if (!search.onlyBuild && (await search.canDownload())) {
    const downloaded = await download(search);
    if (downloaded) return downloaded;
  }
  const why = "as there is no usable one on PATH and no download site";
  const build = search.build ?? (() => goTool(PULUMI, search.cacheRoot, why, search.report));
  return atRoot(await build(), "built here with Go");
}

async function onPath({ report }: CliSearch): Promise<Cli | undefined> {
  const file = findOnPath("pulumi");
  if (!file) return undefined;
  try {
    const command = await PulumiCommand.get();
    return { command, origin: `${file} (${command.version})` };
  } catch (error) {
    report(`Not using ${file}: ${message(error)}`);
    return undefined;
  }
}

async function downloadedBefore(search: CliSearch): Promise<Cli | undefined> {
  const root = downloadRoot(search.cacheRoot);
  if (!fs.existsSync(path.join(root, "bin", "pulumi"))) return undefined;
  return atRoot(path.join(root, "bin", "pulumi"), "downloaded before, from the cache");
}

async function download({ cacheRoot, report }: CliSearch): Promise<Cli | undefined> {
  const version = sdkVersion();
  const root = downloadRoot(cacheRoot);
  report(
    `Downloading the Pulumi CLI ${version}, as there is no usable one on PATH; at most ${DOWNLOAD_SECONDS} s`,
  );
  try {
    // In a process of its own, because the library's download cannot be stopped.
    const library = JSON.stringify(require.resolve("@pulumi/pulumi/automation"));
    const install = `require(${library}).PulumiCommand.install({ root: process.argv[1] })`;
    await run(process.execPath, ["-e", install, root], { limitSeconds: DOWNLOAD_SECONDS });
    return await atRoot(path.join(root, "bin", "pulumi"), "downloaded");
  } catch (error) {
    fs.rmSync(root, { recursive: true, force: true });
    report(`The download failed: ${message(error)}`);
    return undefined;
  }
}

async function atRoot(file: string, how: string): Promise<Cli> {
  const command = await PulumiCommand.get({ root: path.dirname(path.dirname(file)) });
  return { command, origin: `${file} (${command.version}, ${how})` };
}

function downloadRoot(cacheRoot: string): string {
  return path.join(cacheRoot, `pulumi-download-${sdkVersion()}`);
}

function sdkVersion(): string {
  return (require("@pulumi/pulumi/package.json") as { version: string }).version;
}

/** First executable file of that name in the folders of PATH. */
function findOnPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

function message(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim();
}
