import { parseSettings } from "../../settings";

/** The settings of a small cluster of this name. */
export const settingsOf = (name: string, others: Record<string, unknown> = {}) =>
  parseSettings({ name, domain: "k8s.example.com", controlPlane: { size: 1 }, ...others });
