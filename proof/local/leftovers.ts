import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

/** A resource that the account did not hold from the start. */
export interface Leftover {
  readonly kind: string;
  readonly id: string;
}

/** Lists leftovers with the list calls of every service that the cluster uses (`aws/leftovers.py`). */
export async function listLeftovers(python: string, url: string, region: string): Promise<Leftover[]> {
  const script = path.join(__dirname, "aws", "leftovers.py");
  const { stdout } = await promisify(execFile)(python, ["-B", script, url, region]);
  return JSON.parse(stdout) as Leftover[];
}
