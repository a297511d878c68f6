import { conformance, conformanceParts } from "./kubernetes/conformance";
import { controlPlane } from "./kubernetes/controlPlane";
import { abandon } from "./kubernetes/abandon";
import { access } from "./kubernetes/access";
import { cis } from "./kubernetes/cis";
import { addons } from "./kubernetes/addons";
import { certificates } from "./kubernetes/certificates";
import { credentials } from "./kubernetes/credentials";
import { drain } from "./kubernetes/drain";
import { identity } from "./kubernetes/identity";
import { nodeCredentials } from "./kubernetes/nodeCredentials";
import { overlay } from "./kubernetes/overlay";
import { podMetadata } from "./kubernetes/podMetadata";
import { restore } from "./kubernetes/restore";
import { secrets } from "./kubernetes/secrets";
import { spotNotice } from "./kubernetes/spotNotice";
import { upgrade } from "./kubernetes/upgrade";
import { goBack } from "./kubernetes/goBack";
import { user } from "./kubernetes/user";
import { heal } from "./kubernetes/heal";
import { workerJoin } from "./kubernetes/workerJoin";
import { badTemplate } from "./badTemplate";
import { crash } from "./crash";
import { destroyJoining, destroyRolling, destroyServing, destroyWithoutQuorum } from "./destroy";
import type { Drill } from "./drill";
import { facts } from "./facts";
import { formOf, formStorm } from "./form";
import { joinStorm } from "./joinStorm";
import { lambdaDown } from "./lambdaDown";
import { partition } from "./partition";
import { quorumLost } from "./quorumLost";
import { reboot } from "./reboot";
import { renew } from "./renew";
import { replay } from "./replay";
import { roll } from "./roll";
import { scale } from "./scale";
import { wrongAws } from "./wrongAws";

/** Every drill by the name that a person calls it; some are several, one after the other. */
export const drills: Readonly<Record<string, readonly Drill[]>> = {
  form: [formOf(1), formOf(3), formOf(5), formStorm],
  "form-3": [formOf(3)],
  reboot: [reboot],
  crash: [crash],
  roll: [roll],
  "bad-template": [badTemplate],
  scale: [scale],
  partition: [partition],
  facts: [facts],
  "lambda-down": [lambdaDown],
  "quorum-lost": [quorumLost],
  renew: [renew],
  "join-storm": [joinStorm],
  "wrong-aws": [wrongAws],
  replay: [replay],
  "control-plane": [controlPlane],
  "worker-join": [workerJoin],
  user: [user],
  heal: [heal],
  secrets: [secrets],
  access: [access],
  credentials: [credentials],
  "node-credentials": [nodeCredentials],
  abandon: [abandon],
  cis: [cis],
  identity: [identity],
  "pod-metadata": [podMetadata],
  overlay: [overlay],
  drain: [drain],
  "spot-notice": [spotNotice],
  certificates: [certificates],
  upgrade: [upgrade],
  "go-back": [goBack],
  restore: [restore],
  addons: [addons],
  conformance: [conformance],
  "conformance-full": conformanceParts,
  ...Object.fromEntries(conformanceParts.map((part) => [part.name, [part]])),
  destroy: [destroyRolling, destroyWithoutQuorum, destroyJoining, destroyServing],
  "destroy-serving": [destroyServing],
};

/** Drills of the list that are part of another one. */
const parts = ["form-3", "destroy-serving", ...conformanceParts.map(({ name }) => name)];

/** What `all` runs: every drill once. */
export const allDrills = Object.keys(drills).filter((name) => !parts.includes(name));

/** The name of each drill once, in the order in which `all` runs them. */
export const drillNames: readonly string[] = [
  ...new Set(
    Object.values(drills)
      .flat()
      .map(({ name }) => name),
  ),
];
