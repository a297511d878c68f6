import type { Clients } from "../clients";
import type { Faults } from "../faults";
import type { Credentials } from "./signature";

/** Credentials of a role, and when they expire. */
export interface RoleCredentials extends Credentials {
  readonly roleName: string;
  readonly issued: Date;
  readonly expiration: Date;
}

/** The local AWS's answer for an access key, at /local-aws/credentials/<id>. */
interface KnownKey {
  readonly roleName: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: string;
}

/** EC2's credentials of a role last about six hours. */
const lifetimeSeconds = 6 * 3600;

/**
 * New ones are available at least five minutes before the old ones expire:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
 */
const renewalSeconds = 300;

/** The credentials of the lab's roles: those of instances, and all others that the local AWS has issued. */
export class RoleCredentialStore {
  private readonly byInstance = new Map<string, RoleCredentials>();
  private readonly byKey = new Map<string, RoleCredentials>();

  constructor(
    private readonly clients: Clients,
    private readonly localAws: URL,
    private readonly faults: Faults,
  ) {}

  /** An instance's current credentials of a role. New ones are issued before the old ones expire. */
  async ofInstance(instanceId: string, role: { name: string; arn: string }): Promise<RoleCredentials> {
    const current = this.byInstance.get(instanceId);
    if (current?.roleName === role.name && this.secondsLeft(current) > this.renewalSeconds())
      return this.lasting(current);
    const issued = new Date();
    const { Credentials: made } = await this.clients.sts.assumeRole({
      RoleArn: role.arn,
      RoleSessionName: instanceId,
      DurationSeconds: lifetimeSeconds,
    });
    if (!made?.AccessKeyId || !made.SecretAccessKey || !made.SessionToken || !made.Expiration)
      throw new Error(`the local AWS gave no credentials for role ${role.name}`);
    const credentials = {
      roleName: role.name,
      accessKeyId: made.AccessKeyId,
      secretAccessKey: made.SecretAccessKey,
      sessionToken: made.SessionToken,
      issued,
      expiration: made.Expiration,
    };
    this.byInstance.set(instanceId, credentials);
    this.byKey.set(credentials.accessKeyId, credentials);
    return this.lasting(credentials);
  }

  /** The credentials with that access key; undefined if the local AWS has issued none. */
  async ofKey(accessKeyId: string): Promise<RoleCredentials | undefined> {
    const known = this.byKey.get(accessKeyId) ?? (await this.ask(accessKeyId));
    return known && this.lasting(known);
  }

  private async ask(accessKeyId: string): Promise<RoleCredentials | undefined> {
    const url = new URL(`/local-aws/credentials/${encodeURIComponent(accessKeyId)}`, this.localAws);
    const answer = await fetch(url);
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new Error(`${url.href}: HTTP ${answer.status} ${await answer.text()}`);
    const { expiration, ...key } = (await answer.json()) as KnownKey;
    const credentials = { ...key, accessKeyId, issued: new Date(), expiration: new Date(expiration) };
    this.byKey.set(accessKeyId, credentials);
    return credentials;
  }

  /** The credentials, which expire at the time that the faults set, if that is earlier. */
  private lasting(credentials: RoleCredentials): RoleCredentials {
    const seconds = this.faults.credentialSeconds;
    if (seconds === undefined) return credentials;
    const end = Math.min(credentials.expiration.getTime(), credentials.issued.getTime() + seconds * 1000);
    return { ...credentials, expiration: new Date(end) };
  }

  private secondsLeft(credentials: RoleCredentials): number {
    return (this.lasting(credentials).expiration.getTime() - Date.now()) / 1000;
  }

  private renewalSeconds(): number {
    const lifetime = this.faults.credentialSeconds ?? lifetimeSeconds;
    return Math.min(renewalSeconds, lifetime / 2);
  }
}
