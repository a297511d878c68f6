import { conformance, conformanceParts } from "./pods/conformance";
import { controlPlane } from "./controlPlane/controlPlane";
import { abandon } from "./controlPlane/abandon";
import { access } from "./security/access";
import { cis } from "./security/cis";
import { addons } from "./pods/addons";
import { certificates } from "./controlPlane/certificates";
import { credentials } from "./security/credentials";
import { drain } from "./workers/drain";
import { identity } from "./security/identity";
import { nodeCredentials } from "./security/nodeCredentials";
import { overlay } from "./security/overlay";
import { podMetadata } from "./security/podMetadata";
import { restore } from "./controlPlane/restore";
import { secrets } from "./security/secrets";
import { spotNotice } from "./workers/spotNotice";
import { upgrade } from "./deployment/upgrade";
import { goBack } from "./deployment/goBack";
import { user } from "./pods/user";
import { heal } from "./controlPlane/heal";
import { workerJoin } from "./workers/workerJoin";
import { badTemplate } from "./deployment/badTemplate";
import { crash } from "./membership/crash";
import { destroyJoining, destroyRolling, destroyServing, destroyWithoutQuorum } from "./deployment/destroy";
import type { Drill } from "./drill";
import { facts } from "./membership/facts";
import { formOf, formStorm } from "./membership/form";
import { joinStorm } from "./membership/joinStorm";
import { lambdaDown } from "./membership/lambdaDown";
import { partition } from "./membership/partition";
import { quorumLost } from "./membership/quorumLost";
import { reboot } from "./membership/reboot";
import { renew } from "./deployment/renew";
import { replay } from "./membership/replay";
import { roll } from "./deployment/roll";
import { scale } from "./deployment/scale";
import { wrongAws } from "./membership/wrongAws";

/** Every drill by the name that a person uses; some names run several, one after the other. */
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

/** The drills of `all`: every drill once. */
export const allDrills = Object.keys(drills).filter((name) => !parts.includes(name));

/** The name of each drill once, in the order in which `all` runs them. */
export const drillNames: readonly string[] = [
  ...new Set(
    Object.values(drills)
      .flat()
      .map(({ name }) => name),
  ),
];
