import type { Lab } from "../../lab";
import type { KubernetesObject } from "../../kubernetes/kubernetes";
import type { Machine } from "../../node/machine";
import { until } from "../../until";
import { bash } from "./leafCertificates";

/** Seconds after which a missing or second leader is a failure: twice a lease's 15 s. */
const patience = 30;

/** Components that elect a leader, and the port of their metrics, which only their own node can reach. */
const metricsPorts = { "kube-controller-manager": 10257, "kube-scheduler": 10259 } as const;

type Component = keyof typeof metricsPorts;

interface Lease extends KubernetesObject {
  readonly spec: { readonly holderIdentity?: string };
}

/** The controller with a component's lease. @throws Error if none has it */
export async function leaderOf(lab: Lab, component: Component): Promise<Machine> {
  const { spec } = await lab.kubernetes.get<Lease>("lease", component, "kube-system");
  const holder = spec.holderIdentity?.replace(/_.*$/, "") ?? "";
  const leader = (await controllersOf(lab)).find(({ kernelHostname }) => kernelHostname === holder);
  if (!leader) throw new Error(`${component} is led by "${holder}", which is no controller`);
  return leader;
}

/**
 * The leader of each component: the only process that says it leads, and that has the lease. @throws Error if
 * there is none in time
 */
export async function leadersOf(lab: Lab): Promise<Map<Component, Machine>> {
  const leaders = new Map<Component, Machine>();
  for (const component of Object.keys(metricsPorts) as Component[]) {
    await until(`one ${component} of all takes itself for the leader`, patience, async () => {
      const holder = await leaderOf(lab, component);
      const metrics = await Promise.all(
        (await controllersOf(lab)).map(async (machine) => ({
          machine,
          leads: leadsBy(await metricsOf(machine, metricsPorts[component]), component),
        })),
      );
      const leading = metrics.filter(({ leads }) => leads).map(({ machine }) => machine.id);
      leaders.set(component, holder);
      return (
        leading.join() === holder.id || `${leading.join(", ") || "none"}, and ${holder.id} has the lease`
      );
    });
  }
  return leaders;
}

/** Whether a process says that it leads, by its metrics. @throws Error if they do not say */
export function leadsBy(metrics: string, component: string): boolean {
  const [, value] =
    new RegExp(`^leader_election_master_status\\{name="${component}"\\} ([01])$`, "m").exec(metrics) ?? [];
  if (value === undefined) throw new Error(`the metrics of ${component} do not say whether it leads`);
  return value === "1";
}

const controllersOf = async (lab: Lab): Promise<Machine[]> =>
  (await lab.cluster.controllers()).map(({ id }) => lab.machine(id));

/** Uses the administrator's certificate; the process has signed its own serving certificate. */
const metricsOf = (machine: Machine, port: number): Promise<string> =>
  bash(
    machine,
    `PATH=/opt/bin:$PATH
    kubectl --kubeconfig /etc/kubernetes/admin.conf --server https://127.0.0.1:${port} --insecure-skip-tls-verify \\
      --request-timeout 10s get --raw /metrics`,
  );
