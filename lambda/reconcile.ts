import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { changeBatches, wantedRecordSets, type Member } from "./records";

/** The discovery function's view of AWS. Any call may fail, also after it has taken effect. */
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
 * Makes the records in `zone` name the existing members, and returns when a pass finds nothing to change.
 * After a failure, the next pass starts from the beginning. The last pass throws its failure, and Lambda
 * tries again or gives up.
 * A pass reads the zone before the members. If the zone has changed before the pass writes, somebody may have
 * written newer facts. Then Route53 refuses the change, because a batch names what it replaces. Two cases go
 * unnoticed: a pass with newer facts that had nothing to write, and a change that was taken back. So a pass
 * that has written is followed by another one.
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
