import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { type Mistake, refusal, shapeMistakes } from "./errors";
import { lateValues, plainSources } from "./plainValues";
import { brokenRules } from "./rules/all";
import { clusterSchema, Settings } from "./schema/cluster";

/**
 * Checks a stack's configuration in three steps: each value is known, each has the right form, and together
 * they break no rule. A failed step ends the check.
 * @param raw values by key, as a person wrote them
 * @param namespace prefix of the keys in `Pulumi.<stack>.yaml`, for the messages
 * @throws Error that lists every wrong key with its value and what to write instead
 */
export function parseSettings(raw: Record<string, unknown>, namespace = "pulumi-kubeadm"): Settings {
  const late = lateMistakes(raw);
  if (late.length > 0) throw refusal(late, namespace);
  const parsed = clusterSchema.safeParse(raw);
  const mistakes = parsed.success
    ? brokenRules(parsed.data)
    : shapeMistakes(parsed.error.issues, raw, Object.keys(clusterSchema.shape));
  if (!parsed.success || mistakes.length > 0) throw refusal(mistakes, namespace);
  return parsed.data;
}

/** Settings decide which resources exist, and an Output is known too late for that. */
function lateMistakes(raw: Record<string, unknown>): Mistake[] {
  const remedy = `settings are read before any resource is made: use ${plainSources}`;
  return lateValues(raw, "").map(({ key, value }) => ({ key, value, remedy }));
}

/** Reads the settings of the running stack. @throws as `parseSettings` */
export function readSettings(): Settings {
  const namespace = pulumi.getProject();
  const raw: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(pulumi.runtime.allConfig())) {
    if (!key.startsWith(`${namespace}:`)) continue;
    const name = key.slice(namespace.length + 1);
    raw[name] = plainValue(name, value);
  }
  return parseSettings(raw, namespace);
}

/**
 * Pulumi passes every configuration value as a string. All but plain text is JSON, and a cluster may be named
 * `true`.
 */
function plainValue(name: string, value: string): unknown {
  const forms: Readonly<Record<string, z.ZodType | undefined>> = clusterSchema.shape;
  if (forms[name]?.safeParse(value).success) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
