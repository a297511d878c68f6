/** Faults of AWS. A drill changes them at run time, and the next request is the first with the change. */
export interface Faults {
  /** S3 answers every request with this status and `SlowDown`. @default no fault */
  s3?: { status: number };
  /** Delay of every answer of instance metadata. @default none */
  metadata?: { delaySeconds: number };
  /** When EC2 takes Spot instances back, by id; their metadata say so. @default none */
  interruptions?: ReadonlyMap<string, Date>;
  /** Lifetime of roles' credentials, also of those issued before. @default six hours, as on EC2 */
  credentialSeconds?: number;
}
