import type { z } from "zod";

/** Effects of a setting's change on an existing cluster, from the smallest to the greatest. */
export const effects = [
  "nothing",
  "in place",
  "rolls the pool",
  "rolls controllers",
  "all nodes",
  "refused",
] as const;
export type Effect = (typeof effects)[number];

/** The description of one setting, besides its form and its default. */
export interface About {
  readonly description: string;
  /** The unit of a number. */
  readonly unit?: string;
  /** The effect of leaving an optional setting out. */
  readonly absent?: string;
  /** One effect, or each change with its effect. */
  readonly change: Effect | Partial<Record<Effect, string>>;
}

/** The setting with its description; the reference and the JSON schema are generated from it. */
export const setting = <T extends z.ZodType>(form: T, about: About): T => form.meta({ ...about });
