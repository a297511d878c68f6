import type { Drill, Outcome, Stage } from "../drill";

/** `pulumi destroy` in some state of the cluster leaves nothing in the local AWS, and no machine runs. */
function destroyed(name: string, state: string, reach: (stage: Stage) => Promise<unknown>): Drill {
  return {
    name,
    kubernetes: "standIn",
    size: 3,
    limits: {},
    endsCluster: true,
    takesQuorum: true,
    async run(stage): Promise<Outcome> {
      const { lab } = stage;
      await reach(stage);
      stage.note(`pulumi destroy ${state}`);
      const began = Date.now();
      await lab.cluster.destroy();
      const left = await lab.leftovers();
      if (left.length > 0) {
        throw new Error(`left behind: ${left.map(({ kind, id }) => `${kind} ${id}`).join(", ")}`);
      }
      await lab.noMachines();
      return { what: `destroyed ${state}; nothing is left`, seconds: (Date.now() - began) / 1000 };
    },
  };
}

export const destroyServing = destroyed("destroy-serving", "while it serves", () => Promise.resolve());

export const destroyRolling = destroyed("destroy-rolling", "in the middle of a roll", async ({ lab }) => {
  await lab.cluster.up({ "controlPlane.instanceType": "m7i.2xlarge" });
  await lab.poweredOn();
});

export const destroyWithoutQuorum = destroyed("destroy-no-quorum", "without quorum", async ({ lab }) => {
  await lab.cluster.vanish([(await lab.leader()).id, (await lab.follower()).id]);
  await lab.pass(1);
});

export const destroyJoining = destroyed(
  "destroy-joining",
  "with a newcomer in Pending:Wait and a node cut off",
  async ({ lab }) => {
    const victim = await lab.follower();
    const other = await lab.follower(victim.id);
    await lab.cluster.vanish([victim.id]);
    const newcomer = await lab.poweredOn();
    await other.cut(); // one of three is left, which can take nobody in
    const state = (await lab.cluster.controllers()).find(({ id }) => id === newcomer.id)?.lifecycleState;
    if (state !== "Pending:Wait")
      throw new Error(`${newcomer.id} was to be in Pending:Wait, and is ${state ?? "gone"}`);
  },
);
