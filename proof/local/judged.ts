import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { localAwsUrl } from "./aws/environment";
import { localFolders, projectFolder } from "./folders";

/** An access key id whose calls the local AWS judges. */
export type Caller = "previewer" | "deployer";

/** The policy documents in docs/ of each caller. */
export const callerDocuments: Readonly<Record<Caller, readonly string[]>> = {
  previewer: ["preview-policy.json"],
  deployer: ["preview-policy.json", "deploy-policy.json"],
};

/** Account of the local AWS. */
const account = "123456789012";

/** Actions by the `Sid` of the statement that allowed them, by caller. */
export type UsedRights = Partial<Record<Caller, Record<string, string[]>>>;

/** A policy document of docs/, with the name and region of a cluster in place of CLUSTER and REGION. */
export function policyDocument(file: string, cluster: string, region: string): { Statement: object[] } {
  const text = readFileSync(path.join(projectFolder, "docs", file), "utf8");
  const filled = text
    .replaceAll("CLUSTER", cluster)
    .replaceAll("ACCOUNT", account)
    .replaceAll("REGION", region);
  return JSON.parse(filled) as { Statement: object[] };
}

/**
 * Runs `work` with a caller's access key, so that the local AWS allows only what the caller's documents allow.
 * Notes the rights that were used.
 */
export async function asCaller<T>(
  { project, port, cluster, region }: { project: string; port: number; cluster: string; region: string },
  caller: Caller,
  work: () => Promise<T>,
): Promise<T> {
  const url = `${localAwsUrl(port)}/local-aws/callers`;
  const documents = callerDocuments[caller].map((file) => policyDocument(file, cluster, region));
  const answer = await fetch(url, { method: "PUT", body: JSON.stringify({ [caller]: documents }) });
  if (answer.status === 404)
    throw new Error("an earlier version of the local AWS still runs, and judges nobody: `make down` ends it");
  if (!answer.ok) throw new Error(`the local AWS does not take the policies: ${await answer.text()}`);
  const own = process.env.AWS_ACCESS_KEY_ID;
  process.env.AWS_ACCESS_KEY_ID = caller;
  try {
    return await work();
  } finally {
    process.env.AWS_ACCESS_KEY_ID = own;
    noteUsed(project, (await (await fetch(url)).json()) as Record<string, Record<string, object>>);
  }
}

/** Adds to the rights that runs before this one have used. */
function noteUsed(project: string, used: Record<string, Record<string, object>>): void {
  const { local, rights } = localFolders(project);
  mkdirSync(local, { recursive: true });
  const known = existsSync(rights) ? (JSON.parse(readFileSync(rights, "utf8")) as UsedRights) : {};
  writeFileSync(rights, JSON.stringify(mergedRights(known, asLists(used)), undefined, 2));
}

function asLists(used: Record<string, Record<string, object>>): UsedRights {
  return Object.fromEntries(
    Object.entries(used).map(([caller, sids]) => [
      caller,
      Object.fromEntries(Object.entries(sids).map(([sid, actions]) => [sid, Object.keys(actions)])),
    ]),
  );
}

/** All rights of both, sorted. */
export function mergedRights(one: UsedRights, other: UsedRights): UsedRights {
  const merged: UsedRights = {};
  for (const caller of Object.keys(callerDocuments).sort() as Caller[]) {
    const sids = [one[caller] ?? {}, other[caller] ?? {}];
    merged[caller] = Object.fromEntries(
      [...new Set(sids.flatMap((each) => Object.keys(each)))]
        .sort()
        .map((sid) => [sid, [...new Set(sids.flatMap((each) => each[sid] ?? []))].sort()]),
    );
  }
  return merged;
}
