import { readFileSync } from "node:fs";
import path from "node:path";
import { projectFolder } from "../../../local/folders";
import { kubeBenchArchive, scan, type Finding } from "../../kubernetes/kubeBench";
import type { Lab } from "../../lab";
import type { Machine } from "../../node/machine";
import { until } from "../../until";
import type { Drill } from "../drill";
import { ownChecks, type Role } from "./cisChecks";
import { openPoints, problemsOf, totals, type Scanned } from "./cisVerdict";

/** Seconds after which a missing effect is a failure. */
const patience = 60;

const targets: Readonly<Record<Role, readonly string[]>> = {
  controller: ["master", "etcd", "controlplane", "node"],
  worker: ["node"],
};

/**
 * The usual scanner with its own configuration, on every node. Nothing is FAIL, and docs/security.md has the
 * reason for each WARN.
 */
export const cis: Drill = {
  name: "cis",
  kubernetes: "real",
  size: 3,
  workers: 1,
  limits: {},
  async run(stage) {
    const { lab } = stage;
    await podsOnEveryNode(lab);
    const nodes = await nodesByRole(lab);
    const problems: string[] = [];
    for (const [machine, role] of nodes) problems.push(...(await failedChecks(machine, role)));
    stage.note(`${ownChecks.length} checks of our own on ${nodes.length} nodes: ${problems.length} failed`);

    const archive = await kubeBenchArchive(lab.report);
    const scanned: Scanned[] = [];
    for (const [machine, role] of nodes) {
      const findings: Finding[] = await scan(machine, archive, targets[role]);
      scanned.push({ node: `${role} ${machine.id}`, role, findings });
      stage.note(`${role} ${machine.id}: ${totals(findings)}`);
    }
    const document = readFileSync(path.join(projectFolder, "docs/security.md"), "utf8");
    problems.push(...problemsOf(scanned, openPoints(document)));
    if (problems.length > 0) throw new Error(problems.join("\n"));
    await lab.kubernetes.kubectl(["delete", "daemonset", "cis"]);
    const of = (role: Role) => totals(scanned.find((one) => one.role === role)?.findings ?? []);
    return {
      what: "the CIS benchmark by kube-bench",
      seconds: null,
      figures: { controller: of("controller"), worker: of("worker") },
    };
  },
};

async function nodesByRole(lab: Lab): Promise<[Machine, Role][]> {
  const controllers = (await lab.cluster.controllers()).map(({ id }) => id);
  const workers = (await lab.cluster.workers()).map(({ id }) => id);
  return [
    ...controllers.map((id): [Machine, Role] => [lab.machine(id), "controller"]),
    ...workers.map((id): [Machine, Role] => [lab.machine(id), "worker"]),
  ];
}

/** The pod network has files only on nodes with pods. */
async function podsOnEveryNode({ kubernetes }: Lab): Promise<void> {
  await kubernetes.apply(pods);
  await until("there is a pod on every node", patience, async () => {
    const { status, stdout, stderr } = await kubernetes.attempt([
      ...["rollout", "status", "daemonset", "cis", "--timeout", "5s"],
    ]);
    return status === 0 || (stderr || stdout).trim();
  });
}

const pods = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: cis, namespace: default}
spec:
  selector: {matchLabels: {app: cis}}
  template:
    metadata: {labels: {app: cis}}
    spec:
      tolerations: [{operator: Exists}]
      automountServiceAccountToken: false
      containers: [{name: pause, image: "registry.k8s.io/pause:3.10.2"}]
`;

/** The checks that fail. Some need time: a serving certificate has to be requested and approved. */
async function failedChecks(machine: Machine, role: Role): Promise<string[]> {
  const problems: string[] = [];
  for (const { id, on, script } of ownChecks) {
    if (!on.includes(role)) continue;
    await until(`${role} ${machine.id} meets ${id}`, patience, async () => {
      const { status, stdout, stderr } = await machine.run(["bash", "-euo", "pipefail", "-c", script]);
      return status === 0 || `status ${status}: ${(stdout + stderr).trim().slice(0, 500)}`;
    }).catch((error: Error) => problems.push(error.message));
  }
  return problems;
}
