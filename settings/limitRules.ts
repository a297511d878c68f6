import { autoscalerTags } from "../plan/autoscalerTags";
import { parseCidr } from "../plan/cidr";
import { ownedTags } from "../plan/names";
import { mostNodes, mostOf, poolPercentage } from "../plan/rollout";
import { bastionIgnition } from "../ignition/bastion";
import { nodeLabels } from "../ignition/worker";
import type { Settings } from ".";
import { defaultNetwork } from "./fields";
import { limits } from "./limits";
import type { Mistake } from "./errors";
import { mistakeIf, poolRule, rule, Rule } from "./rule";

/** Inbound rules of the API's group that the cluster's own groups have. */
const rulesOfGroups = 2;

const countOf = (zones: Settings["zones"]): number => (typeof zones === "number" ? zones : zones.length);

/** NAT gateways of a network that the cluster makes. */
const natGateways = (network: Settings["network"], zones: Settings["zones"]): number =>
  (network ?? defaultNetwork).nat === "single" ? 1 : countOf(zones);

/** @param others ranges that connect without being in `api.allowedCidrs` */
export function tooManyApiClients({ allowedCidrs }: Settings["api"], others: number): Mistake[] {
  const room = limits.inboundRules.most - rulesOfGroups - others;
  const remedy = `a security group takes ${limits.inboundRules.most} inbound rules, of which the cluster itself needs ${rulesOfGroups + others}: use ${room} ranges or fewer, each larger`;
  return mistakeIf(allowedCidrs.length > room, "api.allowedCidrs", allowedCidrs, remedy);
}

/** Bytes of kubeadm's other flags, which are in one variable (KUBELET_KUBEADM_ARGS) with labels and taints. */
const kubeletFlagsBesides = 512;

/** What the tags would lose that tell the autoscaler of the pool's nodes while there is none. */
function untaggable(cluster: string, name: string, pool: Settings["workerPools"][string]): Mistake[] {
  const key = `workerPools.${name}`;
  const tags = autoscalerTags(cluster, name, pool);
  const long = Object.keys(tags).filter((tag) => tag.length > limits.tagKey.most);
  const mistakes = long.map((tag): Mistake => {
    const [, kind, own] = /node-template\/(label|taint)\/(.*)$/.exec(tag) ?? [];
    const most = limits.tagKey.most - (tag.length - own.length);
    const where =
      kind === "label" ? "labels" : `taints[${pool.taints.findIndex((each) => each.key === own)}].key`;
    const remedy = `use ${most} characters at most, or min as max: the autoscaler is told by a tag`;
    return { key: `${key}.${where}`, value: own, remedy };
  });
  const count = Object.keys({ ...ownedTags(cluster, name), ...tags }).length;
  const remedy = `labels and taints make ${count} tags of the pool's group, which takes ${limits.tagsOfGroup.most}: use ${count - limits.tagsOfGroup.most} fewer, or min as max: the autoscaler is told by a tag for each`;
  return [...mistakes, ...mistakeIf(count > limits.tagsOfGroup.most, `${key}.labels`, pool.labels, remedy)];
}

/** Nodes that a new VPC's private subnets hold in each zone: the API's balancer and the connect endpoint have an address there too. */
const nodesOfZone = (cidr: string) =>
  2 ** (32 - (parseCidr(cidr).prefix + 3)) - limits.reservedAddresses.most - 2;

/** What goes beyond a limit of AWS or of a node. */
export const limitRules: Rule[] = [
  rule(["name", "workerPools"], ({ name, workerPools }) =>
    Object.entries(workerPools).flatMap(([pool, settings]) => untaggable(name, pool, settings)),
  ),
  rule(["workerPools"], ({ workerPools }) => {
    const most = limits.groupsOfRegion.most - 1;
    const count = Object.keys(workerPools).length;
    const remedy = `a region takes ${most} pools beside the controllers: use fewer and larger ones`;
    return mistakeIf(count > most, "workerPools", count, remedy);
  }),
  poolRule(({ instanceTypes }, key) =>
    mistakeIf(
      instanceTypes.length > limits.instanceTypesOfGroup.most,
      `${key}.instanceTypes`,
      instanceTypes,
      `name ${limits.instanceTypesOfGroup.most} types or fewer: a group takes no more`,
    ),
  ),
  poolRule(({ labels, taints }, key) => {
    const told = [
      nodeLabels({ labels, pool: "p".repeat(20) }),
      ...taints.map(Object.values).map(String),
    ].join();
    const bytes = kubeletFlagsBesides + Buffer.byteLength(told);
    const remedy = `use fewer, or fewer taints: the kubelet is told by one argument of ${limits.argumentBytes.most} bytes at most, and this is ${bytes}`;
    return mistakeIf(bytes > limits.argumentBytes.most, `${key}.labels`, labels, remedy);
  }),
  rule(["api", "network", "existingVpc", "zones"], ({ api, network, existingVpc, zones }) => {
    // How many NAT gateways or ranges an existing VPC has is known once it was looked up.
    if (existingVpc) return [];
    return tooManyApiClients(api, api.access === "internal" ? 1 : natGateways(network, zones));
  }),
  rule(["network", "existingVpc", "zones", "access"], ({ network, existingVpc, zones, access }) => {
    const addresses = natGateways(network, zones) + (access.kind === "bastion" ? 1 : 0);
    const remedy = `needs ${addresses} public addresses with a NAT gateway in each zone, and a region gives ${limits.addresses.most}: use fewer zones, or network.nat: single`;
    return mistakeIf(!existingVpc && addresses > limits.addresses.most, "zones", zones, remedy);
  }),
  rule(["access"], ({ access: { allowedCidrs } }) => {
    const { most } = limits.inboundRules;
    const remedy = `a security group takes ${most} inbound rules: use ${most} ranges or fewer, each larger`;
    return mistakeIf(allowedCidrs.length > most, "access.allowedCidrs", allowedCidrs, remedy);
  }),
  rule(["access"], ({ access: { kind, sshAuthorizedKeys } }) => {
    const bytes = Buffer.byteLength(bastionIgnition(sshAuthorizedKeys));
    const remedy = `use fewer or shorter keys: they make ${bytes} bytes of user data for the bastion, which takes ${limits.userDataBytes.most}`;
    return mistakeIf(
      kind === "bastion" && bytes > limits.userDataBytes.most,
      "access.sshAuthorizedKeys",
      sshAuthorizedKeys.length,
      remedy,
    );
  }),
  rule(
    ["network", "existingVpc", "zones", "workerPools", "controlPlane"],
    ({ network, existingVpc, zones, workerPools, controlPlane }) => {
      if (existingVpc) return [];
      const { cidr } = network ?? defaultNetwork;
      const count = countOf(zones);
      const tooSmall = (zonesInUse: number, nodes: number, whose: string) => {
        const room = nodesOfZone(cidr) * zonesInUse;
        const remedy = `has room for ${room} nodes in ${zonesInUse} ${zonesInUse === 1 ? "zone" : "zones"}, and while nodes are replaced ${whose} up to ${nodes}: use a larger range, which a cluster has from its beginning, or smaller pools`;
        return mistakeIf(nodes > room, "network.cidr", cidr, remedy);
      };
      return [
        ...tooSmall(count, mostNodes({ workerPools, controlPlane }), "there are"),
        ...Object.entries(workerPools).flatMap(([name, pool]) =>
          pool.zones
            ? tooSmall(pool.zones.length, mostOf(pool.max, poolPercentage(pool)), `workerPools.${name} has`)
            : [],
        ),
      ];
    },
  ),
];
