import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

/** How long a behaviour takes on AWS, or which requests AWS takes. */
export interface Measure {
  readonly seconds?: number;
  readonly requests?: number;
  readonly perSecond?: number;
}

/** A row of the table of moods. */
export interface Behaviour {
  readonly key: string;
  readonly what: string;
  readonly typical?: Measure;
  readonly worst?: Measure;
  /** The calls that a limit is for, such as `ec2:Describe*`; each has its own. Without it, one limit is for the service. */
  readonly actions?: readonly string[];
  readonly sources: readonly {
    readonly for: string;
    readonly kind: string;
    readonly says: string;
    readonly url: string;
  }[];
  /** The file under moods/ that puts it into effect; without it, the behaviour is not imitated. */
  readonly module?: string;
  readonly note?: string;
}

export const moodsFolder = path.join(__dirname, "../../../local/aws/moods");

export const { behaviours } = JSON.parse(readFileSync(path.join(moodsFolder, "table.json"), "utf8")) as {
  behaviours: Behaviour[];
};

/** What the table says about a behaviour in a mood. @throws Error if it says nothing */
export function measure(key: string, mood: "typical" | "worst"): Measure {
  const found = behaviours.find((behaviour) => behaviour.key === key)?.[mood];
  assert.ok(found, `${key} has no ${mood}`);
  return found;
}

/** Sets the clock of the moods ahead: seconds after the start of the local AWS's own clock. */
export async function setAhead(url: string, aheadSeconds: number): Promise<void> {
  const answer = await fetch(`${url}/local-aws/clock`, {
    method: "PUT",
    body: JSON.stringify({ aheadSeconds }),
  });
  assert.equal(answer.status, 200, await answer.text());
}
