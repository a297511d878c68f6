import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { projectFolder } from "../../../local/folders";
import type { Lab } from "../../lab";
import { instanceOf, type Node } from "../../kubernetes/kubernetes";
import { until } from "../../until";
import type { Drill } from "../drill";

/** Seconds after which an add-on that does not run is a failure. */
const patience = 180;

/** Add-ons that have images here. The EBS driver and the autoscaler are applied, but cannot run. */
const running = ["daemonset/flannel", "daemonset/aws-cloud-controller-manager", "deployment/metrics-server"];

/** An own manifest of the stack, in the project like a user's. */
const ownManifest = path.join(projectFolder, ".lab", "own.yaml");

const ownObject = `{apiVersion: v1, kind: ConfigMap, metadata: {name: own, namespace: default}, data: {of: the stack}}`;

/**
 * What `pulumi up` promises to run in the cluster does run there: from the first minute, after drift, and
 * after a change of the settings.
 */
export const addons: Drill = {
  name: "addons",
  kubernetes: "real",
  size: 3,
  workers: 1,
  limits: {},
  async run(stage) {
    const { lab } = stage;
    for (const workload of running) await lab.kubernetes.rolledOut(workload, "kube-system", patience);
    await nodesAreInitialised(lab);
    await loadIsMeasured(lab);
    stage.note(`${running.join(", ")} serve`);
    await driftIsRepaired(lab);
    stage.note("flannel's DaemonSet was deleted, and is there again");
    const seconds = await ownManifestComesAndGoes(lab);
    return { what: "add-ons serve, drift is repaired, own manifests come and go by setting", seconds };
  },
};

/** The cloud controller manager, with its role's permissions, has found each node's instance in AWS. */
const nodesAreInitialised = (lab: Lab) =>
  until("the cloud controller manager has initialised all nodes", patience, async () => {
    const nodes = await lab.kubernetes.list<Node>("nodes");
    const left = nodes.filter(
      ({ metadata, spec }) =>
        metadata.labels?.["topology.kubernetes.io/zone"] === undefined ||
        spec.taints?.some(({ key }) => key === "node.cloudprovider.kubernetes.io/uninitialized"),
    );
    return left.length === 0 || `${left.map(instanceOf).join(", ")} are not`;
  });

const loadIsMeasured = (lab: Lab) =>
  until("metrics-server tells the load of all nodes", patience, async () => {
    const nodes = await lab.kubernetes.list<Node>("nodes");
    const { status, stdout, stderr } = await lab.kubernetes.attempt(["top", "nodes", "--no-headers"]);
    if (status !== 0) return stderr.trim();
    const missing = nodes.filter(({ metadata }) => !new RegExp(`^${metadata.name} .*\\d`, "m").test(stdout));
    return missing.length === 0 || `${missing.map(({ metadata }) => metadata.name).join(", ")} are missing`;
  });

async function driftIsRepaired(lab: Lab): Promise<void> {
  const uid = () => lab.kubernetes.kubectl([...flannel, "-o", "jsonpath={.metadata.uid}"]);
  const flannel = ["get", "daemonset", "flannel", "-n", "kube-system", "--ignore-not-found"];
  const before = await uid();
  await lab.kubernetes.kubectl(["delete", "daemonset", "flannel", "-n", "kube-system"]);
  await fiveMinutesHavePassed(lab);
  await until("the deleted DaemonSet is there again", patience, async () => {
    const now = await uid();
    return (now !== "" && now !== before) || "it is not";
  });
  await lab.kubernetes.rolledOut("daemonset/flannel", "kube-system", patience);
}

/** addons-apply finds out from the age of this file when it last applied. */
async function fiveMinutesHavePassed(lab: Lab): Promise<void> {
  for (const { id } of await lab.cluster.controllers()) {
    const applied = "/run/cluster/addons/applied";
    await lab.machine(id).run(["find", applied, "-exec", "touch", "--date=-6 minutes", "{}", ";"]);
  }
}

/** Returns the seconds from the end of `up` until the object existed. */
async function ownManifestComesAndGoes(lab: Lab): Promise<number> {
  const setting = "addons.manifests[0]";
  await writeFile(ownManifest, ownObject);
  try {
    await lab.cluster.up({ [setting]: path.relative(projectFolder, ownManifest) });
    const began = Date.now();
    await objectIs(lab, true);
    const seconds = (Date.now() - began) / 1000;
    await lab.cluster.forget("addons");
    await objectIs(lab, false);
    return seconds;
  } finally {
    await rm(ownManifest, { force: true });
  }
}

const objectIs = (lab: Lab, there: boolean) =>
  until(`the stack's own object is ${there ? "there" : "deleted"}`, patience, async () => {
    const found = await lab.kubernetes.kubectl([
      "get",
      "configmap",
      "own",
      "--ignore-not-found",
      "-o",
      "name",
    ]);
    return (found !== "") === there || (found === "" ? "it is not there" : "it is there");
  });
