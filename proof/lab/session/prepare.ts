import { findEngine } from "../../engine";
import { findPython } from "../../local/aws/python";
import { needsKubernetes, releasesOf, type Command } from "./command";
import { drills } from "../drills";
import { imageStore } from "../kubernetes/imageStore";
import { kubeBenchArchive } from "../kubernetes/kubeBench";
import { kubernetesPrograms } from "../kubernetes/programs";
import { haproxyProgram } from "../network/haproxyProgram";
import { labPrograms } from "./programs";
import { baseRoot } from "../node/root";

/**
 * Downloads everything into the user's cache, because the lab has no network. Kubernetes, and what only some
 * drills need, is downloaded only if asked for.
 */
export async function prepare(command: Command, report: (line: string) => void): Promise<void> {
  await haproxyProgram(report);
  await findPython(report);
  report(`Engine: ${(await findEngine(report)).origin}`);
  labPrograms();
  const root = await baseRoot(report);
  if (needsKubernetes(command)) {
    await imageStore(releasesOf(command).map(kubernetesPrograms), root, report);
  }
  if (command.drills.includes("cis")) await kubeBenchArchive(report);
  for (const drill of command.drills.flatMap((name) => drills[name] ?? [])) await drill.prepare?.(report);
}
