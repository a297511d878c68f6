import { PulumiCommand } from "@pulumi/pulumi/automation";
import * as fs from "node:fs";
import * as path from "node:path";
import { cachedEntry, cacheEntry, type CacheKey } from "./cache";
import { ownGoTool, ownProgram } from "../toolchain/goTool";
import { PULUMI } from "./goPrograms";
import { run } from "./run";

/** A usable Pulumi CLI and where it came from. */
export interface Cli {
  readonly command: PulumiCommand;
  readonly origin: string;
}

export interface CliSearch {
  readonly cacheRoot: string;
  readonly report: (line: string) => void;
  /** Skip the search, and use the engine's own build. */
  readonly onlyBuild: boolean;
  readonly canDownload: () => Promise<boolean>;
  /** Makes the engine's own build. @default - builds with Go, or uses the cached build */
  readonly build?: () => string;
}

const DOWNLOAD_SECONDS = 180;

/** Finds a Pulumi CLI: on PATH, in the cache, or at the download site. Builds one if there is none. */
export async function findCli(search: CliSearch): Promise<Cli> {
  const found = search.onlyBuild ? undefined : ((await onPath(search)) ?? (await downloadedBefore(search)));
  if (found) return found;

  const built = ownProgram(PULUMI, search.cacheRoot);
  if (built) return atRoot(rootOf(built), "built before, from the cache");
  if (!search.onlyBuild && (await search.canDownload())) {
    const downloaded = await download(search);
    if (downloaded) return downloaded;
  }
  const build = search.build ?? (() => ownGoTool(PULUMI, search.cacheRoot, search.report));
  return atRoot(rootOf(build()), "built here with Go");
}

async function onPath({ report }: CliSearch): Promise<Cli | undefined> {
  const file = findOnPath("pulumi");
  if (!file) return undefined;
  try {
    const command = await PulumiCommand.get();
    return { command, origin: `${file} (${String(command.version)})` };
  } catch (error) {
    report(`Not using ${file}: ${message(error)}`);
    return undefined;
  }
}

async function downloadedBefore({ cacheRoot }: CliSearch): Promise<Cli | undefined> {
  const root = await cachedEntry(cacheRoot, downloadKey());
  return root === undefined ? undefined : atRoot(root, "downloaded before, from the cache");
}

async function download({ cacheRoot, report }: CliSearch): Promise<Cli | undefined> {
  const { version } = downloadKey();
  report(
    `Downloading the Pulumi CLI ${version}, as there is no usable one on PATH; at most ${DOWNLOAD_SECONDS} s`,
  );
  // In a process of its own, because nothing can stop the library's download.
  const library = JSON.stringify(require.resolve("@pulumi/pulumi/automation"));
  const install = `require(${library}).PulumiCommand.install({ root: process.argv[1] })`;
  const make = async (folder: string): Promise<void> => {
    await run(process.execPath, ["-e", install, folder], { limitSeconds: DOWNLOAD_SECONDS });
  };
  try {
    return await atRoot(await cacheEntry(cacheRoot, downloadKey(), make, report), "downloaded");
  } catch (error) {
    report(`The download failed: ${message(error)}`);
    return undefined;
  }
}

/** The folder whose `bin` contains a CLI. */
function rootOf(file: string): string {
  return path.dirname(path.dirname(file));
}

/** The CLI `bin/pulumi` below a folder. */
async function atRoot(root: string, how: string): Promise<Cli> {
  const command = await PulumiCommand.get({ root });
  return { command, origin: `${command.command} (${String(command.version)}, ${how})` };
}

/** The CLI of the SDK's own version. */
function downloadKey(): CacheKey {
  const { version } = require("@pulumi/pulumi/package.json") as { version: string };
  return { tool: "pulumi-download", version, recipe: [] };
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
