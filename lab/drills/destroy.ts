import type { Drill } from "./drill";

/** `pulumi destroy` while the cluster serves: the local AWS holds nothing any more. */
export const destroy: Drill = {
  name: "destroy",
  size: 3,
  limits: {},
  endsCluster: true,
  async run(stage) {
    const { lab } = stage;
    const began = Date.now();
    stage.note("pulumi destroy");
    await lab.cluster.destroy();
    const left = await lab.leftovers();
    if (left.length > 0)
      throw new Error(`left behind: ${left.map(({ kind, id }) => `${kind} ${id}`).join(", ")}`);
    await lab.noMachines();
    return { what: "destroyed while it served; nothing is left", seconds: (Date.now() - began) / 1000 };
  },
};
