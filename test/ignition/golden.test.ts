import { join } from "node:path";
import { assertGolden } from "../golden";
import { RenderedNode, controllerNode, workerNode } from "./rendered";

/** What lands on a node, short enough to be read in a review: UPDATE_GOLDEN=1 rewrites it. */
function summary({ config }: RenderedNode): string {
  const files = (config.storage?.files ?? []).map(({ path, mode, contents }) => {
    const origin = contents.source.startsWith("data:") ? "" : `  <- ${contents.source}`;
    return `${mode.toString(8).padStart(4, "0")} ${path}${origin}`;
  });
  const units = (config.systemd?.units ?? []).map(({ name, enabled, mask, contents, dropins }) =>
    [
      name,
      ...(mask ? ["masked"] : []),
      ...(enabled ? ["enabled"] : []),
      ...(contents === undefined && !mask ? ["not ours"] : []),
      ...(dropins ?? []).map((dropin) => `+ ${dropin.name}`),
    ].join(" "),
  );
  return [...files, "", ...units, ""].join("\n");
}

describe("What Ignition puts on a node", () => {
  const nodes = { controller: controllerNode, worker: workerNode };
  for (const [role, node] of Object.entries(nodes)) {
    it(`on a ${role} equals golden/${role}.txt`, () => {
      assertGolden(join(__dirname, "golden", `${role}.txt`), summary(node()));
    });
  }
});
