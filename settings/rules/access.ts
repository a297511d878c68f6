import { bastionIgnition } from "../../ignition/bastion";
import type { Mistake } from "../errors";
import { limits } from "../limits";
import type { Settings } from "../schema/cluster";
import { natGateways } from "./network";
import { mistakeIf, repeated, Rule } from "./rule";

/** Inbound rules of the API's group for the cluster's own groups. */
const rulesOfGroups = 2;

/** @param others ranges that connect without being in `api.allowedCidrs` */
export function tooManyApiClients({ allowedCidrs }: Settings["api"], others: number): Mistake[] {
  const room = limits.inboundRules.most - rulesOfGroups - others;
  const remedy = `a security group takes ${limits.inboundRules.most} inbound rules, of which the cluster itself needs ${rulesOfGroups + others}: use ${room} ranges or fewer, each larger`;
  return mistakeIf(allowedCidrs.length > room, "api.allowedCidrs", allowedCidrs, remedy);
}

const apiClients: Rule = ({ api }) => [
  ...repeated("api.allowedCidrs", api.allowedCidrs, "name each range once"),
  ...mistakeIf(
    api.access === "public" && api.allowedCidrs.length === 0,
    "api.allowedCidrs",
    [],
    "a public API needs the ranges that may connect; 0.0.0.0/0 means everybody",
  ),
];

const apiClientsOfNewVpc: Rule = (settings) => {
  // The numbers of NAT gateways and ranges of an existing VPC are known only after its look-up.
  if (settings.existingVpc) return [];
  return tooManyApiClients(settings.api, settings.api.access === "internal" ? 1 : natGateways(settings));
};

const publicSubnets: Rule = ({ api, access, existingVpc }) => {
  const lacking = existingVpc?.publicSubnetIds.length === 0;
  const key = "existingVpc.publicSubnetIds";
  return [
    ...mistakeIf(lacking && api.access === "public", key, [], "a public API needs public subnets"),
    ...mistakeIf(lacking && access.kind === "bastion", key, [], "a bastion needs a public subnet"),
  ];
};

const bastionClients: Rule = ({ access: { kind, allowedCidrs } }) => {
  const { most } = limits.inboundRules;
  const key = "access.allowedCidrs";
  return [
    ...repeated(key, allowedCidrs, "name each range once"),
    ...mistakeIf(
      kind === "bastion" && allowedCidrs.length === 0,
      key,
      [],
      "a bastion needs the ranges that may connect to its port 22",
    ),
    ...mistakeIf(
      kind !== "bastion" && allowedCidrs.length > 0,
      key,
      allowedCidrs,
      "only a bastion has them: set kind: bastion or remove them",
    ),
    ...mistakeIf(
      allowedCidrs.length > most,
      key,
      allowedCidrs,
      `a security group takes ${most} inbound rules: use ${most} ranges or fewer, each larger`,
    ),
  ];
};

const sshKeys: Rule = ({ access: { kind, sshAuthorizedKeys } }) => {
  const key = "access.sshAuthorizedKeys";
  const bytes = Buffer.byteLength(bastionIgnition(sshAuthorizedKeys));
  return [
    ...repeated(key, sshAuthorizedKeys, "name each key once"),
    ...mistakeIf(
      kind !== "none" && sshAuthorizedKeys.length === 0,
      key,
      [],
      "name one OpenSSH public key or more: without one, nobody can log in",
    ),
    ...mistakeIf(
      kind === "bastion" && bytes > limits.userDataBytes.most,
      key,
      sshAuthorizedKeys.length,
      `use fewer or shorter keys: they make ${bytes} bytes of user data for the bastion, which takes ${limits.userDataBytes.most}`,
    ),
  ];
};

export const accessRules: readonly Rule[] = [
  apiClients,
  apiClientsOfNewVpc,
  publicSubnets,
  bastionClients,
  sshKeys,
];
