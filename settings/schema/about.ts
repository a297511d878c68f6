import type { z } from "zod";

/** What a change of a setting does to a cluster that is there, from the least to the most. */
export const effects = [
  "nothing",
  "in place",
  "rolls the pool",
  "rolls controllers",
  "all nodes",
  "refused",
] as const;
export type Effect = (typeof effects)[number];

/** What a person reads about one setting, beside its form and its default. */
export interface About {
  readonly description: string;
  /** What a number counts. */
  readonly unit?: string;
  /** What holds when an optional setting is left out. */
  readonly absent?: string;
  /** One effect, or which change has which. */
  readonly change: Effect | Partial<Record<Effect, string>>;
}

/** The setting with its description; both the reference and the JSON schema are generated from it. */
export const setting = <T extends z.ZodType>(form: T, about: About): T => form.meta({ ...about });
