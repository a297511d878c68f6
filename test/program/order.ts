import type { Run } from "../engine/stack";

/** Everything that is there before the resource `key`, and that goes only after it: through inputs, `dependsOn` and owners. */
export function thereBefore({ resources }: Run, key: string): Set<string> {
  const byKey = new Map(resources.map((each) => [each.key, each]));
  const found = new Set<string>();
  const visit = (each: string) => {
    const resource = byKey.get(each);
    for (const next of [...(resource?.dependsOn ?? []), ...(resource?.parent ? [resource.parent] : [])]) {
      if (found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(key);
  return found;
}
