import { PulumiCommand } from "@pulumi/pulumi/automation";
import { mkdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import type { Engine } from "../../engine";

/**
 * The engine as if it had a machine of its own: here it shares processors with the nodes, and runs at a lower
 * priority.
 * @param folder Of the lab.
 */
export async function yielding(engine: Engine, folder: string): Promise<Engine> {
  const root = path.join(folder, "engine");
  await mkdir(path.join(root, "bin"), { recursive: true });
  const script = `#!/bin/sh\nexec nice -n 10 "${engine.command.command}" "$@"\n`;
  await writeFile(path.join(root, "bin", "pulumi"), script, { mode: 0o755 });
  return { ...engine, command: await PulumiCommand.get({ root }) };
}
