import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { WrongSettings } from "../../settings/errors";
import { clusterTag } from "../../plan/names";
import { planSubnets } from "../../plan/subnets";

/** Zones by their position, which decides their ranges. An `up` that failed may have left a position empty. */
export type Places = readonly (string | undefined)[];

/** Inputs that decide which zones a cluster is in. */
export interface ZoneChoice {
  readonly region: string;
  /** Zones that AWS offers now. */
  readonly available: readonly string[];
  /** The cluster's zones in the notes of its last `pulumi up`. @default there are no notes */
  readonly noted?: readonly string[];
  /**
   * Number of the cluster's zones after the last successful `pulumi up`. Notes that somebody lost or restored
   * may name fewer. @default no `up` has succeeded
   */
  readonly made?: number;
  /** Zones with subnets of the cluster. */
  readonly standing: Places;
}

/** Why no zone is removed, and what a person can do instead. */
const forGood = "keeps its zones, even in an outage";
const poolsMayLeave = "workerPools.<name>.zones takes a pool out of a zone";

/**
 * The zones of a new VPC in the order of their ranges: the cluster's own first, then the region's first or
 * the named ones. A zone of the cluster need not be available.
 * @throws WrongSettings when the cluster would lose a zone, or the region has too few
 */
export function chooseZones(wanted: number | readonly string[], facts: ZoneChoice): string[] {
  const zones = typeof wanted === "number" ? zonesByNumber(wanted, facts) : zonesByName(wanted, facts);
  const taken = facts.standing.findIndex(
    (zone, i) => zone !== undefined && i < zones.length && zone !== zones[i],
  );
  if (taken < 0) return zones;
  const [there, other] = [facts.standing[taken], zones[taken]];
  const remedy = `subnets in ${there} have the ranges of ${other}: name ${there} before it, or run pulumi up without ${other} first, which deletes them`;
  throw new WrongSettings({ key: "zones", value: wanted, remedy });
}

/**
 * The zones in the notes, and those that a successful `up` has added since; without notes, all zones with
 * subnets.
 */
const keptPlaces = ({ noted, made, standing }: ZoneChoice): Places =>
  noted === undefined ? standing : [...noted, ...standing.slice(noted.length, made ?? 0)];

function zonesByNumber(wanted: number, facts: ZoneChoice): string[] {
  const { region, available, standing } = facts;
  const kept = keptPlaces(facts);
  const refuse = (remedy: string) => new WrongSettings({ key: "zones", value: wanted, remedy });
  if (wanted < kept.length) {
    throw refuse(
      `this cluster is in ${named(kept)} and ${forGood}: use ${kept.length} or more; ${poolsMayLeave}`,
    );
  }
  const others = (places: Places) => [...available].sort().filter((zone) => !places.includes(zone));
  const placed = (count: number): string[] | undefined => {
    const places = Array.from({ length: count }, (_, i) => kept[i] ?? standing[i]);
    const free = others(places);
    if (places.filter((zone) => zone === undefined).length > free.length) return undefined;
    return places.map((zone) => zone ?? free.shift()!);
  };
  const zones = placed(wanted);
  if (zones !== undefined) return zones;
  if (kept.length === 0) {
    throw refuse(
      `${region} has ${available.length} (${available.join(", ")}): use that many or fewer; you can add zones later`,
    );
  }
  const fewer = Array.from({ length: wanted - kept.length }, (_, i) => wanted - 1 - i);
  const most = fewer.find((count) => placed(count) !== undefined);
  const advice =
    most === undefined
      ? "wait for one more, or run pulumi destroy and start again, as no up of this cluster has succeeded"
      : `use ${most}`;
  throw refuse(
    `this cluster is in ${named(kept)}, and ${region} has ${others(kept).join(", ") || "none"} besides them now: ${advice}`,
  );
}

function zonesByName(wanted: readonly string[], facts: ZoneChoice): string[] {
  const { region, available, standing } = facts;
  const kept = keptPlaces(facts);
  const refuse = (remedy: string) => new WrongSettings({ key: "zones", value: wanted, remedy });
  const lost = kept.filter((zone) => zone !== undefined && !wanted.includes(zone));
  if (lost.length > 0) {
    throw refuse(`this cluster is also in ${named(lost)} and ${forGood}: name it too; ${poolsMayLeave}`);
  }
  const places = Array.from({ length: Math.max(wanted.length, kept.length) }, (_, i) =>
    [kept[i], standing[i]].find((zone) => zone !== undefined && wanted.includes(zone)),
  );
  const others = wanted.filter((zone) => !places.includes(zone));
  const missing = others.filter((zone) => !available.includes(zone));
  if (missing.length > 0) {
    const remedy = `not an available zone of ${region}, which has ${available.join(", ")}`;
    throw new WrongSettings(...missing.map((value) => ({ key: "zones", value, remedy })));
  }
  if (places.filter((zone) => zone === undefined).length > others.length) {
    throw refuse(`this cluster has ranges for ${kept.length} zones already: name as many`);
  }
  return places.map((zone) => zone ?? others.shift()!);
}

/**
 * The subnets of an existing VPC in a permanent order. @throws WrongSettings when the cluster would lose one
 * of its subnets
 */
export function keepSubnets(
  kind: "private" | "public",
  wanted: readonly string[],
  kept: readonly string[],
): string[] {
  const lost = kept.filter((id) => !wanted.includes(id));
  if (lost.length > 0) {
    const instead = kind === "private" ? `; ${poolsMayLeave}` : ""; // no pool is in a public one
    const remedy = `this cluster is also in ${named(lost)} and keeps its subnets, even in an outage: name it too${instead}`;
    throw new WrongSettings({ key: `existingVpc.${kind}SubnetIds`, value: wanted, remedy });
  }
  return [...kept, ...wanted.filter((id) => !kept.includes(id))];
}

const named = (names: Places) => names.filter((name) => name !== undefined).join(", ");

/** Looks up the zones with subnets of the cluster: after an `up` that failed, the notes are incomplete. */
export async function findStanding(
  cluster: string,
  cidr: string,
  opts: pulumi.InvokeOptions,
): Promise<Places> {
  const filters = [{ name: `tag:${clusterTag(cluster)}`, values: ["owned"] }];
  const { ids } = await aws.ec2.getSubnets({ filters }, opts);
  const subnets = await Promise.all(ids.map((id) => aws.ec2.getSubnet({ id }, opts)));
  const zoneOf = (cidrs: readonly string[]) =>
    subnets.find(({ cidrBlock }) => cidrs.includes(cidrBlock))?.availabilityZone;
  const ranges = planSubnets(cidr, Array<string>(6).fill("")); // a VPC has ranges for six zones
  const places = ranges.map(({ privateCidr, publicCidr }) => zoneOf([privateCidr, publicCidr]));
  return places.slice(0, 1 + places.findLastIndex((zone) => zone !== undefined));
}
