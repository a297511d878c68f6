import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { changeBatches, wantedRecordSets, type Member } from "./records";

/** What the discovery function sees of AWS and does to it. Any call may fail, also after it took effect. */
export interface Surroundings {
  /** All record sets of the zone. */
  recordSets(): Promise<ResourceRecordSet[]>;
  members(): Promise<Member[]>;
  /** Applies all changes or none. */
  change(changes: Change[]): Promise<void>;
  log(line: object): void;
  wait(milliseconds: number): Promise<void>;
}

/** Eight passes with the waits between them (about 10 seconds, 20 at most) fit the function's timeout of 30 seconds. */
const passes = 8;

/**
 * Makes the records in `zone` name the members there are, and returns when a pass found nothing to change. A failure
 * starts the next pass from the beginning; that of the last one is thrown, for Lambda to try again or to give up.
 *
 * The zone is read before the members. So if the zone is still as read when a pass changes it, nobody has written from
 * newer facts meanwhile, and if it is not, Route53 refuses the change. What this cannot notice is a pass with newer facts
 * that had nothing to write, or a change taken back; hence whoever has written looks again.
 */
export async function reconcile(aws: Surroundings, zone: string): Promise<void> {
  for (let pass = 1; ; pass++) {
    try {
      const found = await aws.recordSets();
      const members = await aws.members();
      const batches = changeBatches(found, wantedRecordSets(members, zone), zone);
      if (batches.length === 0) return aws.log({ decision: "nothing to change", members });
      for (const changes of batches) {
        aws.log({ decision: "change", members, changes });
        await aws.change(changes);
      }
      if (pass === passes) throw new Error(`${zone} still needed a change in pass ${pass}`);
    } catch (error) {
      if (pass === passes) throw error;
      aws.log({ decision: "begin again", pass, reason: String(error) });
      await aws.wait(Math.random() * Math.min(250 * 2 ** pass, 4000));
    }
  }
}
