import path from "node:path";
import { conformancePrograms } from "../../../toolchain/conformance";
import { conformanceImages } from "../../kubernetes/conformance/images";
import { summary } from "../../kubernetes/conformance/results";
import { choice, conformanceSpecs, select, sigOf, type Selection } from "../../kubernetes/conformance/specs";
import { runSpecs } from "../../kubernetes/conformance/suite";
import type { Lab } from "../../lab";
import type { KubernetesObject } from "../../kubernetes/kubernetes";
import { until } from "../../until";
import type { Drill } from "../drill";

/** Seconds until all pods of kube-system that can run do run. */
const patience = 180;
/** Seconds after which specs that have not run are a failure. */
const longest = 1500;

/** Each group is a drill of its own, so that a part can run alone; the last one has all other groups. */
const parts = ["sig-api-machinery", "sig-apps", "sig-network", "sig-node", "sig-storage"] as const;

/** A few of Kubernetes' own conformance tests. */
export const conformance = drillOf("conformance", ({ short }) => short);

/** All of Kubernetes' own conformance tests that can run here, by special interest group. */
export const conformanceParts: readonly Drill[] = [
  ...parts.map((part) =>
    drillOf(part.replace("sig", "conformance"), ({ run }) => run.filter((name) => sigOf(name) === part)),
  ),
  drillOf("conformance-others", ({ run }) =>
    run.filter((name) => !parts.some((part) => sigOf(name) === part)),
  ),
];

function drillOf(name: string, choose: (selection: Selection) => readonly string[]): Drill {
  return {
    name,
    kubernetes: "real",
    size: 3,
    workers: 2,
    limits: {},
    async prepare(report) {
      await conformanceImages(conformancePrograms(), report);
    },
    async run(stage) {
      const selection = select(conformanceSpecs(), choice());
      const specs = choose(selection);
      if (specs.length === 0) throw new Error("no spec was chosen");
      await haveImages(stage.lab);
      const podsNotReady = await systemRuns(stage.lab);
      const began = Date.now();
      const results = await runSpecs({
        ...{ specs, podsNotReady, seconds: longest },
        programs: conformancePrograms(),
        machine: stage.lab.client,
        ...stage.lab.kubernetes.paths,
        folder: path.join(stage.folder, name),
      });
      const seconds = (Date.now() - began) / 1000;
      const failed = results.filter(({ state }) => state === "failed");
      return {
        what: `${specs.length} of Kubernetes' conformance tests`,
        seconds,
        conformance: summary(results, selection.all),
        failures: failed.map(
          ({ name: spec, reason }) => `${spec}: ${reason.split("\n").slice(0, 3).join(" ")}`,
        ),
      };
    },
  };
}

/** The workers get the images of the specs' pods; an earlier drill may have added them already. */
async function haveImages(lab: Lab): Promise<void> {
  const archive = await conformanceImages(conformancePrograms(), lab.report);
  for (const { id } of await lab.cluster.workers()) await lab.machine(id).importImages(archive);
}

interface Pod extends KubernetesObject {
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly state: { readonly waiting?: { readonly reason?: string } };
    }[];
  };
}

/**
 * Waits until every pod of kube-system is ready. The EBS driver's pods do not count: they wait for images
 * that the lab lacks. Returns the number of ready pods.
 */
async function systemRuns(lab: Lab): Promise<number> {
  let withoutImage = 0;
  await until("the pods of kube-system are ready", patience, async () => {
    const pods = await lab.kubernetes.list<Pod>("pods", "-n", "kube-system");
    const notReady = pods.filter(
      ({ status }) => !status.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
    );
    const waiting = notReady.filter((pod) => !lacksImage(pod)).map(({ metadata }) => metadata.name);
    withoutImage = notReady.length;
    return waiting.length === 0 || `${waiting.join(", ")} are not`;
  });
  return withoutImage;
}

const lacksImage = ({ metadata, status }: Pod): boolean =>
  metadata.name.startsWith("ebs-csi-") &&
  (status.containerStatuses?.some(({ state }) =>
    /^(ErrImagePull|ImagePullBackOff)$/.test(state.waiting?.reason ?? ""),
  ) ??
    false);
