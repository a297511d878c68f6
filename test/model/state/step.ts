import type { Guard } from "./guards";
import { copy, type State } from "./state";

/** What a model is of. */
export interface Setting {
  /** How many controllers the group wants. */
  readonly size: number;
  /** So many scripts at most may hold facts that have become out of date; the others' steps are at once. */
  readonly stalls: number;
  /** Guards that are switched off. */
  readonly without: readonly Guard[];
}

export const on = ({ without }: Setting, guard: Guard) => !without.includes(guard);

/** One atomic step of the world. */
export interface Step {
  /** A function of a script, or what AWS, etcd or a fault did. */
  readonly action: string;
  readonly node: number;
  /** The other node, or the epoch, that it is about. */
  readonly about?: number;
  /** A fault, a delay or a whim: it does not happen any more once faults have stopped. */
  readonly fault: boolean;
  readonly next: State;
}

/** What a step's change gives if the step cannot be taken after all. */
export const refused = Symbol("refused");

/** Collects the steps that may come next. */
export class Next {
  readonly steps: Step[] = [];

  constructor(
    readonly state: State,
    readonly setting: Setting,
  ) {}

  on(guard: Guard): boolean {
    return on(this.setting, guard);
  }

  /** A step that leads to what `change` makes of a copy of the state; none if it gives `refused`. */
  may(
    action: string,
    node: number,
    change: (next: State) => unknown,
    { fault = false, about }: { fault?: boolean; about?: number } = {},
  ): void {
    const next = copy(this.state);
    if (change(next) !== refused) this.steps.push({ action, node, about, fault, next });
  }
}
