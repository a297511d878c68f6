/** What goes wrong at AWS; a drill changes it at run time, and it counts from the next request on. */
export interface Faults {
  /** S3 answers everything with this status and `SlowDown`. @default it works */
  s3?: { status: number };
  /** Instance metadata answers that much later. @default at once */
  metadata?: { delaySeconds: number };
  /** When EC2 takes Spot instances back, by id: their metadata tell. @default none */
  interruptions?: ReadonlyMap<string, Date>;
  /** Lifetime of roles' credentials, also of those given before. @default six hours, as EC2's */
  credentialSeconds?: number;
}
