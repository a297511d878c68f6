import { zipSync, type Zippable } from "fflate";
import * as fs from "node:fs";
import * as path from "node:path";
import { ARCHIVE, ASSET, isObject, SIGNATURE, type Properties, type Value } from "./wire";

/** ZIP times are local and start in 1980. A fixed time makes equal content give equal bytes everywhere. */
const ZIP_TIME = new Date(1980, 0, 1);
const UNIX = 3;
const MODE_SHIFT = 16;

export function isAsset(value: Value | undefined): value is Properties {
  return isObject(value) && (value[SIGNATURE] === ASSET || value[SIGNATURE] === ARCHIVE);
}

/**
 * The file name that stands for an asset or archive in Terraform: its content hash without a folder. So it is
 * the same on every machine, and changes exactly when the content does.
 */
export function assetFileName(asset: Properties): string {
  const hash = asset.hash;
  if (typeof hash !== "string" || hash === "") {
    throw new Error(`an asset came without a content hash (its keys: ${Object.keys(asset).join(", ")})`);
  }
  return hash + (asset[SIGNATURE] === ARCHIVE ? ".zip" : ".asset");
}

/** Writes an asset, or an archive as a ZIP file, into `folder`, with its content hash as the name. */
export function writeAsset(asset: Properties, folder: string): void {
  const file = path.join(folder, assetFileName(asset));
  if (fs.existsSync(file)) return;
  const content = asset[SIGNATURE] === ARCHIVE ? archiveContent(asset) : assetContent(asset);
  fs.writeFileSync(file + ".part", content);
  fs.renameSync(file + ".part", file);
}

function assetContent(asset: Properties): Uint8Array {
  if (typeof asset.text === "string") return Buffer.from(asset.text, "utf8");
  if (typeof asset.path === "string") return fs.readFileSync(asset.path);
  throw new Error("an asset by URI cannot be used through the bridge: give it as text or as a local file");
}

function archiveContent(archive: Properties): Uint8Array {
  if (typeof archive.path === "string" && fs.statSync(archive.path).isFile())
    return fs.readFileSync(archive.path);
  const entries = new Map<string, Uint8Array>();
  collect(archive, "", entries);
  const zip: Zippable = {};
  for (const name of [...entries.keys()].sort()) {
    zip[name] = [entries.get(name)!, { mtime: ZIP_TIME, os: UNIX, attrs: 0o644 << MODE_SHIFT }];
  }
  return zipSync(zip, { level: 9 });
}

function collect(archive: Properties, prefix: string, entries: Map<string, Uint8Array>): void {
  if (typeof archive.path === "string") {
    addPath(archive.path, prefix, entries);
  } else if (isObject(archive.assets)) {
    for (const [name, item] of Object.entries(archive.assets)) {
      const at = path.posix.join(prefix, name);
      if (!isAsset(item)) throw new Error(`archive entry "${at}" is neither an asset nor an archive`);
      if (item[SIGNATURE] === ARCHIVE) collect(item, at, entries);
      else entries.set(at, assetContent(item));
    }
  } else {
    throw new Error(
      "an archive by URI cannot be used through the bridge: give it as a map or as a local path",
    );
  }
}

function addPath(from: string, to: string, entries: Map<string, Uint8Array>): void {
  if (!fs.statSync(from).isDirectory()) {
    entries.set(to, fs.readFileSync(from));
    return;
  }
  for (const name of fs.readdirSync(from)) addPath(path.join(from, name), path.posix.join(to, name), entries);
}
