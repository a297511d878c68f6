import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** One etcd member at one moment, as the observer (proof/lab/go/client) saw it. */
export interface Member {
  /** Hexadecimal. */
  readonly id: string;
  /** The instance's id; empty until the member has started. */
  readonly name: string;
  readonly learner: boolean;
  readonly healthy: boolean;
}

/** The observation of one moment. */
export interface Observation {
  /** ISO 8601. */
  readonly time: string;
  readonly clusterIds: readonly string[];
  readonly members: readonly Member[];
  /** Id of the member that leads; empty while there is none. */
  readonly leader: string;
  /** False in the first observation without a member, if fewer healthy voters than a majority are left. */
  readonly quorumKept: boolean;
  /** Facts that must never be, such as two members with one name. */
  readonly problems?: readonly string[];
}

export const voters = ({ members }: Observation): readonly Member[] =>
  members.filter(({ learner }) => !learner);

/** Whether the cluster has exactly `size` members, all of them healthy voters, and a leader. */
export function isHealthy(observation: Observation, size: number): boolean {
  const { members, leader } = observation;
  return (
    members.length === size && leader !== "" && members.every(({ learner, healthy }) => !learner && healthy)
  );
}

/** Watches the cluster's members until it is closed. */
export class Members {
  /** All observations, the oldest first. */
  readonly observations: Observation[] = [];
  private readonly file: WriteStream;
  private observer: ChildProcess;

  /** `command` starts the observer; its output goes to the file as well. */
  constructor(
    private readonly command: readonly string[],
    file: string,
  ) {
    this.file = createWriteStream(file);
    this.observer = this.start();
  }

  private start(): ChildProcess {
    const [program = "", ...words] = this.command;
    const observer = spawn(program, words, { stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: observer.stdout }).on("line", (line) => {
      this.file.write(`${line}\n`);
      this.observations.push(JSON.parse(line) as Observation);
    });
    return observer;
  }

  /** Forgets the cluster's id: the next cluster may have another one. */
  async begin(): Promise<void> {
    await this.end();
    this.observer = this.start();
  }

  get latest(): Observation | undefined {
    return this.observations.at(-1);
  }

  /**
   * Waits for an observation made from now on, and returns it.
   * @throws Error that names `what` and shows the members seen last, after `seconds`
   */
  async until(what: string, seconds: number, holds: (seen: Observation) => boolean): Promise<Observation> {
    let next = this.observations.length;
    for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(50)) {
      for (; next < this.observations.length; next++) {
        const seen = this.observations[next];
        if (seen && holds(seen)) return seen;
      }
    }
    throw new Error(`not within ${seconds} s: ${what}; members seen last: ${describe(this.latest)}`);
  }

  async stop(): Promise<void> {
    await this.end();
    this.file.end();
  }

  private async end(): Promise<void> {
    if (this.observer.exitCode !== null || this.observer.signalCode !== null) return;
    const closed = once(this.observer, "close");
    this.observer.kill("SIGTERM");
    await closed;
  }
}

function describe(observation: Observation | undefined): string {
  if (!observation || observation.members.length === 0) return "none";
  return observation.members
    .map(({ id, name, learner, healthy }) => {
      const state = `${learner ? "learner" : "voter"}${healthy ? "" : ", not healthy"}`;
      return `${name || id} (${state}${id === observation.leader ? ", leader" : ""})`;
    })
    .join(", ");
}
