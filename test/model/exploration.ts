import { explore, type Result } from "./checker";
import type { Guard } from "./state/guards";
import { nothingYet, type Faults } from "./state/state";
import type { Step } from "./state/step";

/** One world to explore: `size` controllers that boot at once, room for `room` instances, and what may go wrong. */
export interface World {
  readonly size: number;
  readonly room: number;
  readonly faults: Partial<Faults>;
  /** @default 2 */
  readonly stalls?: number;
}

export const noFaults: Faults = {
  crash: 0,
  cut: 0,
  restart: 0,
  terminate: 0,
  surplus: 0,
  removal: 0,
  disk: 0,
  fact: 0,
};

/** Gives up, by `complete`, after that many states. */
const limit = 4_000_000;

export function exploration(
  { size, room, faults, stalls = 2 }: World,
  without: readonly Guard[] = [],
): Result {
  return explore(nothingYet(size, room, { ...noFaults, ...faults }), { size, stalls, without }, limit);
}

/** A trace for people, one step a line; faults and delays are marked. */
export function told(trace: readonly Step[]): string {
  return trace
    .map(({ action, node, about, fault }) => {
      const detail = about === undefined ? "" : ` (${about})`;
      return `  ${fault ? "!" : " "} ${action}${detail} on node ${node}`;
    })
    .join("\n");
}
