import type { Settings } from "../../settings";
import { defaultNetwork } from "../../settings/fields";
import type { Mistake } from "../../settings/errors";
import { isPublicZone } from "../../plan/names";

/** A setting that a cluster keeps as long as it exists. */
interface Chosen {
  /** Its name in the node store's notes. */
  readonly note: string;
  readonly key: string;
  readonly value: string;
  /** The value of the settings at the key. @default the value itself */
  readonly written?: string;
  /** Why it cannot change. */
  readonly because: string;
}

function chosen(settings: Settings): Chosen[] {
  const { api, domain, podCidr, serviceCidr, network, existingVpc, parentZoneId } = settings;
  return [
    { note: "domain", key: "domain", value: domain, because: "etcd's members have names below it" },
    {
      note: "zone",
      key: "parentZoneId",
      value: isPublicZone(settings) ? "a public zone" : "a private zone",
      written: parentZoneId ?? "none",
      because: "the zone would be replaced",
    },
    {
      note: "api",
      key: "api.access",
      value: api.access,
      because: "the API's load balancer would be replaced",
    },
    {
      note: "network",
      key: existingVpc ? "existingVpc.vpcId" : "network.cidr",
      value: existingVpc?.vpcId ?? (network ?? defaultNetwork).cidr,
      because: "the whole cluster is in the VPC",
    },
    { note: "pod-cidr", key: "podCidr", value: podCidr, because: "every node has a part of the range" },
    {
      note: "service-cidr",
      key: "serviceCidr",
      value: serviceCidr,
      because: "Services keep their addresses",
    },
  ];
}

/** The values for `changedPermanentSettings` at the next `pulumi up`, by name. */
export const permanentMetadata = (settings: Settings): Record<string, string> =>
  Object.fromEntries(chosen(settings).map(({ note, value }) => [note, value]));

/** Settings that differ from those the cluster was made with. A setting without a note may have any value. */
export function changedPermanentSettings(
  settings: Settings,
  notes: Readonly<Record<string, string | undefined>>,
): Mistake[] {
  const changed = chosen(settings).filter(({ note, value }) => (notes[note] ?? value) !== value);
  // Without a parent zone, a public API makes the zone public.
  const causes = changed.some(({ note }) => note === "api")
    ? changed.filter(({ note }) => note !== "zone")
    : changed;
  return causes.map(({ note, key, value, written = value, because }): Mistake => {
    const remedy = `cannot change after creation (this cluster uses ${notes[note]}): ${because}`;
    return { key, value: written, remedy };
  });
}
