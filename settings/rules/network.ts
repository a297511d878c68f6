import { overlap, parseCidr } from "../../plan/cidr";
import { mostNodes, mostOf, poolPercentage } from "../../plan/rollout";
import { planSubnets, usableAddresses } from "../../plan/subnets";
import type { Mistake } from "../errors";
import { defaultNetwork } from "../fields";
import { limits } from "../limits";
import type { Settings } from "../schema/cluster";
import { mistakeIf, repeated, Rule } from "./rule";

export const countOf = (zones: Settings["zones"]): number =>
  typeof zones === "number" ? zones : zones.length;

/** NAT gateways of a new network. */
export const natGateways = ({ network, zones }: Pick<Settings, "network" | "zones">): number =>
  (network ?? defaultNetwork).nat === "single" ? 1 : countOf(zones);

/** Range of the VPC; an existing VPC's range is known only after its look-up. */
const vpcRange = ({ network, existingVpc }: Settings) =>
  existingVpc ? undefined : (network ?? defaultNetwork).cidr;

const overlapping = (key: string, value: string, otherKey: string, other: string): Mistake[] =>
  mistakeIf(
    overlap(parseCidr(value), parseCidr(other)),
    key,
    value,
    `overlaps ${otherKey} ${other}: use another range`,
  );

const outsideVpc =
  (key: "podCidr" | "serviceCidr"): Rule =>
  (settings) => {
    const range = vpcRange(settings);
    return range === undefined ? [] : overlapping(key, settings[key], "network.cidr", range);
  };

const eitherVpc: Rule = ({ network, existingVpc }) =>
  mistakeIf(
    network !== undefined && existingVpc !== undefined,
    "existingVpc",
    existingVpc?.vpcId,
    "remove it, or remove network: the VPC is either new or existing",
  );

const podsBesideServices: Rule = ({ podCidr, serviceCidr }) =>
  overlapping("serviceCidr", serviceCidr, "podCidr", podCidr);

const roomForPods: Rule = ({ podCidr, workerPools, controlPlane }) => {
  const nodes = mostNodes({ workerPools, controlPlane });
  const room = 2 ** (24 - parseCidr(podCidr).prefix);
  const remedy = `has room for ${room} nodes of a /24 each, but up to ${nodes} exist while nodes are replaced: use smaller pools; a new cluster can also use a larger range`;
  return mistakeIf(room < nodes, "podCidr", podCidr, remedy);
};

const zonesOfOneRegion: Rule = ({ zones }) => {
  if (typeof zones === "number") return [];
  const regions = new Set(zones.map((zone) => zone.slice(0, -1)));
  return [
    ...repeated("zones", zones, "name each zone once"),
    ...mistakeIf(regions.size > 1, "zones", zones, "name zones of one region"),
  ];
};

const subnetsOnce: Rule = ({ existingVpc }) =>
  repeated(
    "existingVpc",
    [...(existingVpc?.privateSubnetIds ?? []), ...(existingVpc?.publicSubnetIds ?? [])],
    "name each subnet once",
  );

const publicAddresses: Rule = (settings) => {
  const addresses = natGateways(settings) + (settings.access.kind === "bastion" ? 1 : 0);
  const remedy = `needs ${addresses} public addresses with a NAT gateway in each zone, and a region gives ${limits.addresses.most}: use fewer zones, or network.nat: single`;
  const tooMany = !settings.existingVpc && addresses > limits.addresses.most;
  return mistakeIf(tooMany, "zones", settings.zones, remedy);
};

/**
 * Nodes for which a new VPC's private subnets have addresses, in each zone. The API's balancer and the
 * connect endpoint need one there too.
 */
function nodesOfZone(cidr: string): number {
  const [{ privateCidr }] = planSubnets(cidr, ["any"]);
  return usableAddresses(privateCidr) - 2;
}

const roomForNodes: Rule = (settings) => {
  const { zones, workerPools, controlPlane } = settings;
  const cidr = vpcRange(settings);
  if (cidr === undefined) return [];
  const tooSmall = (zonesInUse: number, nodes: number, whose: string) => {
    const room = nodesOfZone(cidr) * zonesInUse;
    const remedy = `has room for ${room} nodes in ${zonesInUse} ${zonesInUse === 1 ? "zone" : "zones"}, but ${whose} up to ${nodes} while nodes are replaced: use smaller pools; a new cluster can also use a larger range`;
    return mistakeIf(nodes > room, "network.cidr", cidr, remedy);
  };
  return [
    ...tooSmall(countOf(zones), mostNodes({ workerPools, controlPlane }), "there are"),
    ...Object.entries(workerPools).flatMap(([name, pool]) =>
      pool.zones
        ? tooSmall(pool.zones.length, mostOf(pool.max, poolPercentage(pool)), `workerPools.${name} has`)
        : [],
    ),
  ];
};

export const networkRules: readonly Rule[] = [
  eitherVpc,
  outsideVpc("podCidr"),
  outsideVpc("serviceCidr"),
  podsBesideServices,
  roomForPods,
  zonesOfOneRegion,
  subnetsOnce,
  publicAddresses,
  roomForNodes,
];
