import type { Faults } from "./aws/faults";
import type { Trail } from "./aws/trail";
import type { ClientMachine } from "./clients/clientMachine";
import type { Members } from "./clients/members";
import type { Cluster } from "./cluster/cluster";
import type { NodeStore } from "./cluster/nodeStore";
import type { Kubernetes } from "./kubernetes/kubernetes";
import type { DnsFaults } from "./network/dnsFaults";
import type { Hypervisor } from "./node/hypervisor";

/**
 * The factor for the time-outs of hooks. A node starts as fast as this machine can, whatever LAB_SCALE says: a tenth of its 15
 * minutes would fail healthy nodes on a busy machine.
 */
export const hookScale = (scale: number): number => Math.max(scale, 1 / 3);

/** The parts of a lab. */
export interface Parts {
  readonly scale: number;
  /** The local AWS's: see `localAwsMood`. */
  readonly mood: string;
  readonly report: (line: string) => void;
  readonly localAws: URL;
  readonly region: string;
  /** Python with the local AWS's packages. */
  readonly python: string;
  readonly versions: { readonly etcd: string; readonly kubernetes: string };
  readonly cluster: Cluster;
  readonly store: NodeStore;
  readonly hypervisor: Hypervisor;
  readonly members: Members;
  readonly client: ClientMachine;
  /** Undefined if a stand-in runs instead. */
  readonly kubernetes?: Kubernetes;
  readonly awsFaults: Faults;
  /** Every call to AWS by nodes and functions. */
  readonly trail: Trail;
  readonly dnsFaults: DnsFaults;
}
