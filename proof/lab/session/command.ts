import { localAwsMood } from "../../local/aws/environment";
import { allDrills, drills } from "../drills";
import type { KubernetesKind } from "../drills/drill";
import { kubernetesVersion } from "../../toolchain/kubernetes";

/** The drills about etcd that every change of the project has to pass. */
const etcd = ["form-3", "crash", "roll", "renew", "destroy-serving"];

/** The drills about Kubernetes that every change has to pass. Those with the same workers follow each other. */
const kubernetes = [
  "control-plane",
  "worker-join",
  "user",
  "pod-metadata",
  "node-credentials",
  "overlay",
  "drain",
  "heal",
  "access",
  "identity",
  "secrets",
  "spot-notice",
];

/** The drills of a run without arguments: what every change of the project has to pass. */
export const everyChange: readonly string[] = [...etcd, ...kubernetes];

/** Words that stand for several drills. */
const several: Readonly<Record<string, readonly string[]>> = { etcd, kubernetes, all: allDrills };

const defaultScale = 0.1;
const defaultLimits = 1;

/** What a person asked for. */
export interface Command {
  /** Names of drills in the order in which they run. */
  readonly drills: readonly string[];
  /** What the nodes run of a cluster that stays until Ctrl-C, instead of drills. */
  readonly stay?: KubernetesKind;
  /** What waits named in minutes are multiplied with. */
  readonly scale: number;
  /** What the drills' limits of time are multiplied with. */
  readonly limits: number;
}

/**
 * Reads arguments and environment.
 * @throws Error that names the wrong value and what may stand there
 */
export function parseCommand(words: readonly string[], environment: NodeJS.ProcessEnv): Command {
  localAwsMood(environment); // refused now, and not once everything is built
  const factors = {
    scale: factor("LAB_SCALE", environment.LAB_SCALE, defaultScale, [0, 1]),
    limits: factor("LAB_LIMITS", environment.LAB_LIMITS, defaultLimits, [1, 10]),
  };
  if (words.join(" ") === "stay") return { drills: [], stay: "standIn", ...factors };
  if (words.join(" ") === "stay kubernetes") return { drills: [], stay: "real", ...factors };
  if (words.length === 0) return { drills: everyChange, ...factors };
  const unknown = words.filter((word) => !Object.hasOwn(several, word) && !Object.hasOwn(drills, word));
  if (unknown.length > 0) throw new Error(`"${unknown.join(" ")}" is no drill\n${usage()}`);
  return { drills: words.flatMap((word) => several[word] ?? [word]), ...factors };
}

export function usage(): string {
  return [
    `make lab ARGS=etcd          ${etcd.join(", ")}`,
    `make lab ARGS=kubernetes    ${kubernetes.join(", ")}`,
    "make lab                    both: what every change has to pass",
    "make lab ARGS=all           every drill",
    "make lab ARGS='crash roll'  these drills",
    "make lab ARGS=stay          a cluster that stays until Ctrl-C; 'stay kubernetes': with Kubernetes",
    "make lab ARGS=publish       for a release: takes the newest results into proof/bench/drills.json and docs/drills.md",
    "make lab ARGS='shell ID'    a shell on a node of the lab that runs, by its instance id",
    `drills: ${Object.keys(drills).join(", ")}`,
    `LAB_SCALE (default ${defaultScale}) multiplies the waits that the drills name in minutes`,
    `LAB_LIMITS (default ${defaultLimits}) multiplies the drills' limits of time, for a machine that does other work too`,
    "LOCAL_AWS_MOOD=typical or worst: AWS's delays and limits, as proof/local/README.md tells",
  ].join("\n");
}

/** Whether any of it needs Kubernetes' own programs. */
export const needsKubernetes = ({ drills: names, stay }: Command): boolean =>
  stay === "real" || names.some((name) => drills[name]?.some(({ kubernetes }) => kubernetes === "real"));

/** The releases of Kubernetes that its nodes run: the lab's own, and what its drills need beside it. */
export const releasesOf = ({ drills: names }: Command): [string, ...string[]] => {
  const needed = names.flatMap((name) => drills[name] ?? []).flatMap(({ releases }) => releases ?? []);
  return [kubernetesVersion, ...new Set(needed.filter((release) => release !== kubernetesVersion))];
};

function factor(
  name: string,
  value: string | undefined,
  byDefault: number,
  [least, most]: readonly [number, number],
): number {
  const given = Number(value || byDefault);
  if (!(given > 0 && given >= least && given <= most))
    throw new Error(`${name} is "${value}"; give a number ${least || "above 0"} to ${most}`);
  return given;
}
