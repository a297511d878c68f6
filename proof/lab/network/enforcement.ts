import { setTimeout as sleep } from "node:timers/promises";
import {
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import { applyRuleset, ruleset, type GroupMember } from "./securityGroups";

/** A machine beside EC2's instances that is a member of a group. */
export interface Guest {
  readonly address: string;
  /** Name of the security group. Until it exists, the guest may do nothing. */
  readonly groupName: string;
}

export interface EnforcementArgs {
  /** Of the local AWS. */
  readonly ec2: EC2Client;
  /** Address of the VPC's resolver. */
  readonly resolver: string;
  readonly guests: readonly Guest[];
  readonly report: (line: string) => void;
}

const refreshMilliseconds = 5000;

/** Enforces EC2's security groups between instances, and follows changes of their rules. */
export class SecurityGroupEnforcement {
  private readonly members = new Map<string, readonly GroupMember[]>();
  private applied = "";
  private isClosed = false;
  private loop = Promise.resolve();
  private turn = Promise.resolve();

  private constructor(private readonly args: EnforcementArgs) {}

  /** Once this resolves, only traffic that a group allows can pass. */
  static async begin(args: EnforcementArgs): Promise<SecurityGroupEnforcement> {
    const enforcement = new SecurityGroupEnforcement(args);
    await enforcement.refresh();
    enforcement.loop = enforcement.follow();
    return enforcement;
  }

  /** Sets the instances, or the load balancers' nodes; resolves once the rules apply to them. */
  async update(kind: "instances" | "balancers", members: readonly GroupMember[]): Promise<void> {
    this.members.set(kind, members);
    await this.refresh();
  }

  /** Stops following the groups; closed ports stay closed. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.loop;
  }

  private async follow(): Promise<void> {
    for (; !this.isClosed; await sleep(refreshMilliseconds)) {
      await this.refresh().catch((error: Error) => this.args.report(`security groups: ${error.message}`));
    }
  }

  /** One after the other, so that an older request is not applied last. */
  private refresh(): Promise<void> {
    const refreshed = this.turn.then(() => this.apply());
    this.turn = refreshed.catch(() => undefined);
    return refreshed;
  }

  private async apply(): Promise<void> {
    const { ec2: client, guests, resolver } = this.args;
    const groups = await all(paginateDescribeSecurityGroups({ client }, {}), (page) => page.SecurityGroups);
    const rules = await all(
      paginateDescribeSecurityGroupRules({ client }, {}),
      (page) => page.SecurityGroupRules,
    );
    const subnets = await all(paginateDescribeSubnets({ client }, {}), (page) => page.Subnets);
    const guestMembers = guests.map(({ address, groupName }) => ({
      address,
      groupIds: groups.filter((group) => group.GroupName === groupName).map(({ GroupId = "" }) => GroupId),
    }));
    const text = ruleset({
      rules,
      members: [...[...this.members.values()].flat(), ...guestMembers],
      resolver,
      subnetCidrs: subnets.map(({ CidrBlock = "" }) => CidrBlock),
    });
    if (text === this.applied) return;
    await applyRuleset(text);
    this.applied = text;
  }
}

async function all<Page, Item>(
  pages: AsyncIterable<Page>,
  of: (page: Page) => Item[] | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...(of(page) ?? []));
  return items;
}
