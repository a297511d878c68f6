import type { Machine } from "../../node/machine";
import { isHealthy } from "../../clients/members";
import { until } from "../../until";
import type { Drill, Stage } from "../drill";

/** The interval of keys-renew.timer, with its random delay and some seconds for the pass itself. */
const periodSeconds = 150 + 15;

/** `pulumi up` makes new leaf certificates for etcd. Every member shows its new one, and none restarts. */
export const renew: Drill = {
  name: "renew",
  kubernetes: "standIn",
  size: 3,
  limits: { seconds: periodSeconds, longestPauseMs: 1000, failed: 0 },
  async run(stage) {
    const { lab, size } = stage;
    await stage.load();
    const before = members(stage);
    const serials = new Map<Machine, readonly string[]>();
    for (const machine of lab.machines()) serials.set(machine, await lab.serialNumbers(machine));
    const processes = await etcdProcesses(stage);

    const leaves = await lab.cluster.urns((urn) =>
      /tls:index\/locallySignedCert:LocallySignedCert::.*-etcd-/.test(urn),
    );
    if (leaves.length === 0) throw new Error("the stack has no leaf certificates of etcd");
    stage.note(`pulumi up --replace for ${leaves.length} certificates`);
    await lab.cluster.up({}, leaves);
    const renewed = Date.now();
    for (const [machine, old] of serials) {
      await until(`${machine.id} shows new certificates`, periodSeconds, async () => {
        const still = (await lab.serialNumbers(machine)).filter((serial) => old.includes(serial));
        return still.length === 0 || `it still shows ${still.join(" and ")}`;
      });
      stage.note(`${machine.id} shows its new certificates`);
    }
    const seconds = (Date.now() - renewed) / 1000;

    await lab.members.until("all members healthy", 30, (seen) => isHealthy(seen, size));
    if (members(stage) !== before) throw new Error(`members were ${before}, and now are ${members(stage)}`);
    if ((await etcdProcesses(stage)) !== processes) throw new Error("an etcd was restarted");
    return { what: "etcd's leaf certificates renewed; no restart", seconds };
  },
};

function members({ lab }: Stage): string {
  return lab.members
    .latest!.members.map(({ id, name }) => `${name}=${id}`)
    .sort()
    .join(" ");
}

async function etcdProcesses({ lab }: Stage): Promise<string> {
  const show = ["systemctl", "show", "--property=MainPID,NRestarts", "etcd.service"];
  const shown = await Promise.all(lab.machines().map((machine) => machine.run(show)));
  return shown.map(({ stdout }) => stdout).join();
}
