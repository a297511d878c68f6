import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { bastionType } from "../plan/bastion";
import { clusterTag } from "../plan/names";
import { mostOf, oneMoreThan, poolPercentage } from "../plan/rollout";
import type { Settings } from "../settings";
import { line, type Mistake } from "../settings/errors";
import { natGateways } from "../settings/rules/network";
import type { InstanceType } from "./nodes/instanceTypes";
import { lookUpIfAllowed, refuseNew } from "./lookUp";

/** A quota and its codes, as `aws service-quotas list-service-quotas --service-code ec2` lists them. */
interface Quota {
  readonly name: string;
  readonly serviceCode: string;
  readonly quotaCode: string;
}

const quotas = {
  onDemand: { name: "vCPUs of on-demand standard instances", serviceCode: "ec2", quotaCode: "L-1216C47A" },
  spot: { name: "vCPUs of spot standard instances", serviceCode: "ec2", quotaCode: "L-34B43A08" },
  elasticIps: { name: "Elastic IP addresses", serviceCode: "ec2", quotaCode: "L-0263D0A3" },
  vpcs: { name: "VPCs", serviceCode: "vpc", quotaCode: "L-F678F1CE" },
} as const satisfies Record<string, Quota>;

/** How much of a quota is left. */
export interface Room {
  readonly quota: number;
  /** In use in the region, by this cluster and others. */
  readonly used: number;
  /** In use by this cluster. */
  readonly own: number;
}

/** The account's quotas in the region. A quota that the cluster does not need or that AWS withholds is missing. */
export interface Quotas {
  /** vCPUs. */
  readonly onDemand?: number;
  /** vCPUs. */
  readonly spot?: number;
  readonly elasticIps?: Room;
  readonly vpcs?: Room;
}

type Types = ReadonlyMap<string, Pick<InstanceType, "defaultVcpus">>;

/** vCPUs of the groups that count towards a quota: at the smallest, and at the largest during a replacement. */
interface Demand {
  readonly least: number;
  readonly most: number;
}

/**
 * Whether the quotas of standard instances count the type:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html
 */
const isStandard = (type: string) => /^(?:[acdhimrtz]|im|is)\d/.test(type);

/** vCPUs of one instance that count towards a quota. Auto Scaling may choose any of the types. */
function vcpusOf(names: readonly string[], types: Types): Demand {
  const each = names.map((name) => (isStandard(name) ? (types.get(name)?.defaultVcpus ?? 0) : 0));
  return { least: Math.min(...each), most: Math.max(...each) };
}

function demandOf(
  { access, controlPlane, workerPools }: Settings,
  types: Types,
  kind: "onDemand" | "spot",
): Demand {
  const share = (instances: number, spotPercent: number) => {
    const spot = Math.floor((instances * spotPercent) / 100);
    return kind === "spot" ? spot : instances - spot;
  };
  const group = (names: readonly string[], min: number, max: number, spotPercent: number): Demand => {
    const { least, most } = vcpusOf(names, types);
    return { least: share(min, spotPercent) * least, most: share(max, spotPercent) * most };
  };
  const { size, instanceType } = controlPlane;
  const demands = [
    group([instanceType], size, mostOf(size, oneMoreThan(size)), 0),
    ...Object.values(workerPools).map((pool) =>
      group(pool.instanceTypes, pool.min, mostOf(pool.max, poolPercentage(pool)), pool.spotPercent),
    ),
    ...(access.kind === "bastion" ? [group([bastionType], 1, 1, 0)] : []),
  ];
  const sum = (of: keyof Demand) => demands.reduce((all, each) => all + each[of], 0);
  return { least: sum("least"), most: sum("most") };
}

/** How many Elastic IP addresses and VPCs a complete cluster with these settings has. */
const wantedOf = (settings: Settings) => ({
  elasticIps:
    (settings.existingVpc ? 0 : natGateways(settings)) + (settings.access.kind === "bastion" ? 1 : 0),
  vpcs: settings.existingVpc ? 0 : 1,
});

/** Quotas that are too small for the cluster now, and quotas that are too small only when it has grown. */
export function judgeQuotas(
  settings: Settings,
  types: Types,
  facts: Quotas,
  { accountId, region }: { readonly accountId: string; readonly region: string },
): { readonly now: Mistake[]; readonly later: Mistake[] } {
  const mistake = (of: keyof typeof quotas, value: number, why: string): Mistake => {
    const { name, serviceCode, quotaCode } = quotas[of];
    const remedy = `${why}: ask for more (aws service-quotas request-service-quota-increase --region ${region} --service-code ${serviceCode} --quota-code ${quotaCode} --desired-value <number>)`;
    return { account: accountId, key: `quota of ${name} in ${region}`, value, remedy };
  };
  const now: Mistake[] = [];
  const later: Mistake[] = [];
  for (const kind of ["onDemand", "spot"] as const) {
    const quota = facts[kind] ?? Infinity;
    const { least, most } = demandOf(settings, types, kind);
    if (quota < least) {
      now.push(
        mistake(
          kind,
          quota,
          `the groups need ${least} at their smallest, and Auto Scaling launches nothing beyond the quota`,
        ),
      );
    } else if (quota < most) {
      later.push(
        mistake(kind, quota, `the groups need ${most} to replace nodes when they are at their largest`),
      );
    }
  }
  for (const kind of ["elasticIps", "vpcs"] as const) {
    const { quota, used, own } = facts[kind] ?? { quota: Infinity, used: 0, own: 0 };
    const more = wantedOf(settings)[kind] - own;
    if (more > 0 && used + more > quota)
      now.push(mistake(kind, quota, `${used} are in use, and this cluster needs ${more} more`));
  }
  return { now, later };
}

/**
 * Looks up the quotas that the cluster needs and compares them with its size. For vCPUs it does not know the
 * account's other instances, so a quota that passes may still be too small.
 * @throws WrongSettings when a quota is too small for a new cluster
 */
export async function checkQuotas(
  settings: Settings,
  types: Types,
  account: { readonly accountId: string; readonly region: string },
  isStanding: boolean,
  opts: pulumi.InvokeOptions,
): Promise<void> {
  const { now, later } = judgeQuotas(
    settings,
    types,
    await findQuotas(settings, account.accountId, opts),
    account,
  );
  for (const mistake of later) await pulumi.log.warn(line(mistake));
  await refuseNew(now, isStanding);
}

async function findQuotas(
  settings: Settings,
  accountId: string,
  opts: pulumi.InvokeOptions,
): Promise<Quotas> {
  const wanted = wantedOf(settings);
  const mayBeSpot = Object.values(settings.workerPools).some(({ spotPercent }) => spotPercent > 0);
  const owned = { name: `tag:${clusterTag(settings.name)}`, values: ["owned"] };
  const addresses = async (filters: aws.types.input.ec2.GetEipsFilter[]) =>
    (await aws.ec2.getEips({ filters }, opts)).publicIps.length;
  const vpcs = async (filters: aws.types.input.ec2.GetVpcsFilter[]) =>
    (await aws.ec2.getVpcs({ filters }, opts)).ids.length;
  const ofAccount = { name: "owner-id", values: [accountId] }; // getVpcs also lists other accounts' shared VPCs
  const [onDemand, spot, elasticIps, ofVpcs] = await Promise.all([
    valueOf("onDemand", opts),
    mayBeSpot ? valueOf("spot", opts) : undefined,
    wanted.elasticIps > 0 ? roomOf("elasticIps", [addresses([]), addresses([owned])], opts) : undefined,
    wanted.vpcs > 0 ? roomOf("vpcs", [vpcs([ofAccount]), vpcs([ofAccount, owned])], opts) : undefined,
  ]);
  return { onDemand, spot, elasticIps, vpcs: ofVpcs };
}

async function valueOf(of: keyof typeof quotas, opts: pulumi.InvokeOptions): Promise<number | undefined> {
  const { name, serviceCode, quotaCode } = quotas[of];
  const answer = aws.servicequotas.getServiceQuota({ serviceCode, quotaCode }, opts);
  return (await lookUpIfAllowed(`the quota of ${name}`, answer))?.value;
}

async function roomOf(
  of: keyof typeof quotas,
  counts: readonly [used: Promise<number>, own: Promise<number>],
  opts: pulumi.InvokeOptions,
): Promise<Room | undefined> {
  const all = lookUpIfAllowed(`how many ${quotas[of].name} there are`, Promise.all(counts));
  const [quota, counted] = await Promise.all([valueOf(of, opts), all]);
  if (quota === undefined || counted === undefined) return undefined;
  const [used, own] = counted;
  return { quota, used, own };
}
