import { setTimeout as sleep } from "node:timers/promises";
import type { Reason } from "./refusal";

/** A call that was answered, in CloudTrail's terms: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
export interface TrailEvent {
  /** Service, such as `s3`. */
  readonly eventSource: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  /** Of whoever signed the call. */
  readonly accessKeyId?: string;
  /** Why it was refused before it reached the service; `unavailable` by a fault. */
  readonly refusal?: Reason | "unavailable";
  readonly httpStatus: number;
}

/** Ignition calls S3 with AWS's SDK. */
export const isIgnitions = ({ userAgent }: TrailEvent) => /^(Ignition|aws-sdk-go)/.test(userAgent);

/** A node's scripts make all their calls with curl. */
export const isScripts = ({ userAgent }: TrailEvent) => userAgent.startsWith("curl/");

/** Addresses whose scripts were refused for expired credentials, and have not succeeded with others since. */
export function notRenewed(events: readonly TrailEvent[]): string[] {
  const expired = new Map<string, string | undefined>();
  for (const event of events.filter(isScripts)) {
    const { sourceIPAddress, accessKeyId, refusal, httpStatus } = event;
    if (refusal === "expired") expired.set(sourceIPAddress, accessKeyId);
    else if (httpStatus < 400 && accessKeyId !== expired.get(sourceIPAddress))
      expired.delete(sourceIPAddress);
  }
  return [...expired.keys()];
}

/** Every call that the front door has answered, the oldest first. */
export class Trail {
  readonly events: TrailEvent[] = [];
  private readonly waiting = new Set<(event: TrailEvent) => unknown>();

  record(event: TrailEvent): void {
    this.events.push(event);
    for (const tell of this.waiting) tell(event);
  }

  /**
   * Waits for a call from now on. The waiting code continues before the caller gets its answer.
   * @throws Error that names `what`, after `seconds`
   */
  async next(what: string, seconds: number, matches: (event: TrailEvent) => boolean): Promise<TrailEvent> {
    const end = new AbortController();
    let resolve: (event: TrailEvent) => void = () => undefined;
    const found = new Promise<TrailEvent>((settle) => (resolve = settle));
    const tell = (event: TrailEvent) => matches(event) && resolve(event);
    this.waiting.add(tell);
    try {
      const late = sleep(seconds * 1000, undefined, { signal: end.signal }).then(() => {
        throw new Error(`not within ${Math.round(seconds)} s: ${what}`);
      });
      late.catch(() => undefined);
      return await Promise.race([found, late]);
    } finally {
      this.waiting.delete(tell);
      end.abort();
    }
  }
}
