import type { Settings } from "../settings";
import { defaultNetwork } from "../settings/fields";
import type { Mistake } from "../settings/errors";
import { isPublicZone } from "../plan/names";

/** A setting that a cluster keeps for as long as it is there. */
interface PermanentSetting {
  /** Name of the S3 metadata that hold it. */
  readonly name: string;
  readonly key: string;
  readonly value: string;
  /** What the settings have at the key. @default the value */
  readonly written?: string;
  /** Why it cannot change. */
  readonly because: string;
}

function permanentSettings(settings: Settings): PermanentSetting[] {
  const { api, domain, podCidr, serviceCidr, network, existingVpc, parentZoneId } = settings;
  return [
    { name: "domain", key: "domain", value: domain, because: "etcd's members go by names below it" },
    {
      name: "zone",
      key: "parentZoneId",
      value: isPublicZone(settings) ? "a public zone" : "a private zone",
      written: parentZoneId ?? "none",
      because: "the zone would be made anew",
    },
    {
      name: "api",
      key: "api.access",
      value: api.access,
      because: "the API's load balancer would be made anew",
    },
    {
      name: "network",
      key: existingVpc ? "existingVpc.vpcId" : "network.cidr",
      value: existingVpc?.vpcId ?? (network ?? defaultNetwork).cidr,
      because: "everything stands in the VPC",
    },
    { name: "pod-cidr", key: "podCidr", value: podCidr, because: "every node has a part of the range" },
    {
      name: "service-cidr",
      key: "serviceCidr",
      value: serviceCidr,
      because: "Services keep their addresses",
    },
  ];
}

/** What `changedPermanentSettings` is to find at the next `pulumi up`, by the name of its metadata. */
export const permanentMetadata = (settings: Settings): Record<string, string> =>
  Object.fromEntries(permanentSettings(settings).map(({ name, value }) => [name, value]));

/** Settings that differ from those the cluster was made with. A setting without metadata may have any value. */
export function changedPermanentSettings(
  settings: Settings,
  metadata: Readonly<Record<string, string | undefined>>,
): Mistake[] {
  const changed = permanentSettings(settings).filter(
    ({ name, value }) => (metadata[name] ?? value) !== value,
  );
  // Without a parent zone it is the API that makes the zone a public one.
  const causes = changed.some(({ name }) => name === "api")
    ? changed.filter(({ name }) => name !== "zone")
    : changed;
  return causes.map(({ name, key, value, written = value, because }): Mistake => {
    const remedy = `cannot change after creation (this cluster uses ${metadata[name]}): ${because}`;
    return { key, value: written, remedy };
  });
}
