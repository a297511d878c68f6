import { deepEqual, equal } from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execute } from "../../../lab/execute";
import { writeArchive, type Image } from "../../../lab/kubernetes/ociImage";

interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
}

describe("An archive of images", () => {
  let folder: string;
  let image: Image;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "oci-"));
    const program = path.join(folder, "program");
    writeFileSync(program, "#!/bin/sh\n");
    image = { name: "example.com/drill:1", entrypoint: ["/bin/drill"], files: { "/bin/drill": program } };
    await writeArchive(path.join(folder, "images.tar"), [image]);
    await execute("tar", ["--extract", "--file", path.join(folder, "images.tar"), "--directory", folder]);
  });

  after(() => rmSync(folder, { recursive: true }));

  const json = (name: string) => JSON.parse(readFileSync(path.join(folder, name), "utf8")) as unknown;
  const blob = (digest: string) => path.join("blobs", ...digest.split(":"));

  it("names each image as containerd looks for it", () => {
    const { manifests } = json("index.json") as {
      manifests: { digest: string; annotations: Record<string, string> }[];
    };
    deepEqual(
      manifests.map(({ annotations }) => annotations["io.containerd.image.name"]),
      ["example.com/drill:1"],
    );
  });

  it("holds what each image is made of, by its digest", async () => {
    const { manifests } = json("index.json") as { manifests: { digest: string }[] };
    const { config, layers } = json(blob(manifests[0]?.digest ?? "")) as Manifest;
    const settings = json(blob(config.digest)) as {
      config: { Entrypoint: string[] };
      rootfs: { diff_ids: string[] };
    };
    deepEqual(settings.config.Entrypoint, ["/bin/drill"]);
    const [layer] = layers;
    deepEqual(settings.rootfs.diff_ids, [layer?.digest]);
    const file = path.join(folder, blob(layer?.digest ?? ""));
    equal(`sha256:${createHash("sha256").update(readFileSync(file)).digest("hex")}`, layer?.digest);
    const listed = await execute("tar", ["--list", "--verbose", "--numeric-owner", "--file", file]);
    equal(/-rwxr-xr-x 0\/0 .* \.\/bin\/drill/.test(listed), true, listed);
    equal(/drwxrwxrwt .* \.\/tmp\//.test(listed), true, listed);
  });

  it("is the same for the same images", async () => {
    await writeArchive(path.join(folder, "again.tar"), [image]);
    const bytes = (name: string) => readFileSync(path.join(folder, name));
    equal(bytes("again.tar").equals(bytes("images.tar")), true);
  });
});
