import type { Mistake } from "../errors";
import type { Settings } from "../schema/cluster";
import { accessRules } from "./access";
import { addonRules } from "./addons";
import { nameRules } from "./names";
import { networkRules } from "./network";
import { labelRules } from "./labels";
import { poolRules } from "./pools";
import type { Rule } from "./rule";
import { versionRules } from "./versions";

const rules: readonly Rule[] = [
  ...nameRules,
  ...networkRules,
  ...accessRules,
  ...addonRules,
  ...poolRules,
  ...labelRules,
  ...versionRules,
];

/** Mistakes between settings that each have the right form. */
export const brokenRules = (settings: Settings): Mistake[] => rules.flatMap((rule) => rule(settings));
