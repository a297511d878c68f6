import { repeated, Rule } from "./rule";

export const addonRules: readonly Rule[] = [
  ({ addons }) => repeated("addons.manifests", addons.manifests, "name each file or folder once"),
  ({ addons }) => repeated("addons.leaveOut", addons.leaveOut, "name each add-on once"),
];
