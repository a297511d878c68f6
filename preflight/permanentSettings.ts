import type { Settings } from "../settings";
import { defaultNetwork } from "../settings/fields";
import type { Mistake } from "../settings/errors";
import { isPublicZone } from "../plan/names";

/** A setting that a cluster keeps for as long as it is there. */
interface Chosen {
  /** Under which the node store has it noted. */
  readonly note: string;
  readonly key: string;
  readonly value: string;
  /** What the settings have at the key. @default the value */
  readonly written?: string;
  /** What another one would need. */
  readonly because: string;
}

function chosen(settings: Settings): Chosen[] {
  const { api, domain, podCidr, serviceCidr, network, existingVpc, parentZoneId } = settings;
  return [
    { note: "domain", key: "domain", value: domain, because: "etcd's members go by names below it" },
    {
      note: "zone",
      key: "parentZoneId",
      value: isPublicZone(settings) ? "a public zone" : "a private zone",
      written: parentZoneId ?? "none",
      because: "it would be made anew",
    },
    {
      note: "api",
      key: "api.access",
      value: api.access,
      because: "the API's load balancer would be made anew",
    },
    {
      note: "network",
      key: existingVpc ? "existingVpc.vpcId" : "network.cidr",
      value: existingVpc?.vpcId ?? (network ?? defaultNetwork).cidr,
      because: "everything stands in the VPC",
    },
    { note: "pod-cidr", key: "podCidr", value: podCidr, because: "every node has its part of it" },
    {
      note: "service-cidr",
      key: "serviceCidr",
      value: serviceCidr,
      because: "Services keep their addresses, and kubelets that of the cluster's DNS",
    },
  ];
}

/** What `changedChoices` is to find at the next `pulumi up`, by note. */
export const choiceNotes = (settings: Settings): Record<string, string> =>
  Object.fromEntries(chosen(settings).map(({ note, value }) => [note, value]));

/** Settings that are others than those the cluster was made with; of what is not noted any may be. */
export function changedChoices(
  settings: Settings,
  notes: Readonly<Record<string, string | undefined>>,
): Mistake[] {
  const changed = chosen(settings).filter(({ note, value }) => (notes[note] ?? value) !== value);
  // Without a parent zone it is the API that makes the zone a public one.
  const causes = changed.some(({ note }) => note === "api")
    ? changed.filter(({ note }) => note !== "zone")
    : changed;
  return causes.map(({ note, key, value, written = value, because }): Mistake => {
    const remedy = `this cluster was made with ${notes[note]}, and keeps it, as ${because}: another one is another cluster's`;
    return { key, value: written, remedy };
  });
}
