import type { Instance } from "@aws-sdk/client-ec2";
import { Cached } from "../cached";
import type { Clients } from "../clients";

/** What an instance may learn about itself. */
export interface InstanceFacts {
  readonly id: string;
  readonly privateIp: string;
  readonly privateDnsName: string;
  readonly mac: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly architecture: string;
  readonly availabilityZone: string;
  readonly region: string;
  readonly accountId: string;
  readonly launchTime: Date;
  readonly profile?: InstanceProfile;
  /** The lifecycle state that Auto Scaling is bringing it to; undefined if it is in no group. */
  readonly targetLifecycleState?: string;
  /** How its metadata is served: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptions.html */
  readonly metadata: {
    readonly isEnabled: boolean;
    readonly needsToken: boolean;
    readonly hopLimit: number;
  };
}

export interface InstanceProfile {
  readonly arn: string;
  readonly id: string;
  readonly role: { readonly name: string; readonly arn: string };
}

/** How old an answer may be, in seconds. */
const instanceSeconds = 1;
const templateSeconds = 60; // a version never changes, nor do the user data of a running instance

/** The instances that the local AWS lists. */
export class Instances {
  private readonly byAddress: Cached<InstanceFacts | undefined>;
  private readonly templates: Cached<Template>;
  private readonly profiles: Cached<InstanceProfile | undefined>;
  private readonly userDataById: Cached<Buffer>;

  constructor(
    private readonly clients: Clients,
    private readonly region: string,
  ) {
    this.byAddress = new Cached(instanceSeconds, (address) => this.find(address));
    this.templates = new Cached(templateSeconds, (idAndVersion) => this.readTemplate(idAndVersion));
    this.profiles = new Cached(instanceSeconds, (name) => this.readProfile(name));
    this.userDataById = new Cached(templateSeconds, (id) => this.readUserData(id));
  }

  /** The running instance with that private address. */
  at(address: string): Promise<InstanceFacts | undefined> {
    return this.byAddress.get(address);
  }

  /** The instance's user data; empty if it has none. */
  userData(id: string): Promise<Buffer> {
    return this.userDataById.get(id);
  }

  private async find(address: string): Promise<InstanceFacts | undefined> {
    const { Reservations = [] } = await this.clients.ec2.describeInstances({
      Filters: [
        { Name: "private-ip-address", Values: [address] },
        { Name: "instance-state-name", Values: ["running"] },
      ],
    });
    const [reservation] = Reservations;
    const instance = reservation?.Instances?.[0];
    if (!instance) return undefined;
    const template = await this.templateOf(instance);
    const profileArn = instance.IamInstanceProfile?.Arn ?? template.profileArn;
    return {
      id: instance.InstanceId ?? "",
      privateIp: address,
      privateDnsName: instance.PrivateDnsName ?? "",
      mac: instance.NetworkInterfaces?.[0]?.MacAddress ?? "",
      instanceType: instance.InstanceType ?? "",
      imageId: instance.ImageId ?? "",
      architecture: instance.Architecture ?? "",
      availabilityZone: instance.Placement?.AvailabilityZone ?? "",
      region: this.region,
      accountId: reservation?.OwnerId ?? "",
      launchTime: instance.LaunchTime ?? new Date(0),
      profile: profileArn ? await this.profiles.get(profileArn.split("/").at(-1) ?? "") : undefined,
      targetLifecycleState: await this.targetLifecycleState(instance.InstanceId ?? ""),
      metadata: template.metadata,
    };
  }

  /** The parts of a launch template that the local AWS does not put into the instance's own description. */
  private async templateOf(instance: Instance): Promise<Template> {
    const tag = (name: string) =>
      instance.Tags?.find(({ Key }) => Key === `aws:ec2launchtemplate:${name}`)?.Value;
    const [id, version] = [tag("id"), tag("version")];
    if (id !== undefined && version !== undefined) return this.templates.get(`${id} ${version}`);
    return { metadata: metadataOptions(instance.MetadataOptions) };
  }

  private async readTemplate(idAndVersion: string): Promise<Template> {
    const [LaunchTemplateId, version = ""] = idAndVersion.split(" ");
    const { LaunchTemplateVersions = [] } = await this.clients.ec2.describeLaunchTemplateVersions({
      LaunchTemplateId,
      Versions: [version],
    });
    const data = LaunchTemplateVersions[0]?.LaunchTemplateData;
    return { profileArn: data?.IamInstanceProfile?.Arn, metadata: metadataOptions(data?.MetadataOptions) };
  }

  private async readUserData(id: string): Promise<Buffer> {
    const query = { InstanceId: id, Attribute: "userData" } as const;
    const { UserData } = await this.clients.ec2.describeInstanceAttribute(query);
    return Buffer.from(UserData?.Value ?? "", "base64");
  }

  private async readProfile(name: string): Promise<InstanceProfile | undefined> {
    const { InstanceProfile: found } = await this.clients.iam.getInstanceProfile({
      InstanceProfileName: name,
    });
    const [role] = found?.Roles ?? [];
    if (!found || !role) return undefined;
    return {
      arn: found.Arn ?? "",
      id: found.InstanceProfileId ?? "",
      role: { name: role.RoleName ?? "", arn: role.Arn ?? "" },
    };
  }

  private async targetLifecycleState(id: string): Promise<string | undefined> {
    const { AutoScalingInstances = [] } = await this.clients.autoScaling.describeAutoScalingInstances({
      InstanceIds: [id],
    });
    const state = AutoScalingInstances[0]?.LifecycleState;
    return state === undefined ? undefined : targetOf(state);
  }
}

interface Template {
  readonly profileArn?: string;
  readonly metadata: InstanceFacts["metadata"];
}

const metadataOptions = (
  options: { HttpEndpoint?: string; HttpTokens?: string; HttpPutResponseHopLimit?: number } | undefined,
) => ({
  isEnabled: options?.HttpEndpoint !== "disabled",
  needsToken: options?.HttpTokens === "required",
  hopLimit: options?.HttpPutResponseHopLimit ?? 1,
});

/**
 * The state that a lifecycle state leads to.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html
 * @throws Error on a state of warm pools, standby or detaching, which the lab's groups do not have
 */
export function targetOf(lifecycleState: string): "InService" | "Terminated" {
  if (lifecycleState === "InService" || /^Pending(:|$)/.test(lifecycleState)) return "InService";
  if (/^Terminat(ing(:|$)|ed$)/.test(lifecycleState)) return "Terminated";
  throw new Error(`the lab does not know where the lifecycle state ${lifecycleState} leads to`);
}
