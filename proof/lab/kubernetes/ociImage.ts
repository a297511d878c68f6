import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execute } from "../execute";

/** A container image of one layer, or of two. */
export interface Image {
  /** Such as `registry.k8s.io/pause:3.10.2`. */
  readonly name: string;
  /** The program, if the container names no other. */
  readonly entrypoint: readonly string[];
  /** Its arguments, if the container names no others. @default - none */
  readonly command?: readonly string[];
  /**
   * Folder on this machine that becomes the layer below, with its modes; root owns it all. @default - there
   * is none
   */
  readonly root?: string;
  /** Path in the image to the file on this machine that belongs there; all of them are executable. */
  readonly files: Readonly<Record<string, string>>;
}

/** A blob as a manifest refers to it: https://github.com/opencontainers/image-spec/blob/main/descriptor.md */
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

const oci = "application/vnd.oci.image";

/** Writes images as one archive that containerd imports: https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
export async function writeArchive(archive: string, images: readonly Image[]): Promise<void> {
  const layout = await mkdtemp(path.join(os.tmpdir(), "images-"));
  try {
    const blobs = path.join(layout, "blobs", "sha256");
    await mkdir(blobs, { recursive: true });
    const manifests: Descriptor[] = [];
    const roots = new Map<string, Buffer>();
    for (const { root } of images) {
      if (root !== undefined && !roots.has(root)) roots.set(root, await archiveOf(root, `${layout}.tar`));
    }
    for (const image of images) {
      const root = image.root === undefined ? [] : [roots.get(image.root)!];
      manifests.push(await writeImage(image, [...root, await layerOf(image, layout)], blobs));
    }
    const json = (name: string, value: object) => writeFile(path.join(layout, name), JSON.stringify(value));
    await json("oci-layout", { imageLayoutVersion: "1.0.0" });
    await json("index.json", { schemaVersion: 2, manifests });
    await tar(archive, layout, ["oci-layout", "index.json", "blobs"]);
  } finally {
    await rm(layout, { recursive: true, force: true });
  }
}

async function writeImage(image: Image, content: readonly Buffer[], blobs: string): Promise<Descriptor> {
  const put = async (mediaType: string, content: Buffer): Promise<Descriptor> => {
    const hash = createHash("sha256").update(content).digest("hex");
    await writeFile(path.join(blobs, hash), content);
    return { mediaType: `${oci}.${mediaType}`, digest: `sha256:${hash}`, size: content.length };
  };
  const json = (value: object) => Buffer.from(JSON.stringify(value));
  const layers: Descriptor[] = [];
  for (const layer of content) layers.push(await put("layer.v1.tar", layer));
  const digests = layers.map(({ digest }) => digest);
  const config = await put("config.v1+json", json(configuration(image, digests)));
  const mediaType = `${oci}.manifest.v1+json`;
  const manifest = await put("manifest.v1+json", json({ schemaVersion: 2, mediaType, config, layers }));
  return { ...manifest, annotations: { "io.containerd.image.name": image.name } };
}

/** https://github.com/opencontainers/image-spec/blob/main/config.md */
export const configuration = ({ entrypoint, command }: Image, layerDigests: readonly string[]) => ({
  architecture: "amd64",
  os: "linux",
  config: {
    Entrypoint: entrypoint,
    Cmd: command,
    Env: ["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
  },
  rootfs: { type: "layers", diff_ids: layerDigests },
});

async function layerOf({ files }: Image, scratch: string): Promise<Buffer> {
  const root = await mkdtemp(path.join(scratch, "layer-"));
  await mkdir(path.join(root, "tmp"), { mode: 0o1777 });
  for (const [name, source] of Object.entries(files)) {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await copyFile(source, file);
  }
  await execute("chmod", ["--recursive", "0755", root]);
  await execute("chmod", ["1777", path.join(root, "tmp")]);
  const content = await archiveOf(root, `${root}.tar`);
  await rm(root, { recursive: true });
  return content;
}

async function archiveOf(folder: string, scratch: string): Promise<Buffer> {
  await tar(scratch, folder, ["."]);
  const content = await readFile(scratch);
  await rm(scratch);
  return content;
}

/** Equal files give an equal archive. */
async function tar(archive: string, folder: string, names: readonly string[]): Promise<void> {
  const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  await execute("tar", ["--create", ...same, "--file", archive, "--directory", folder, ...names]);
}
