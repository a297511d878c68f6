import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";

/**
 * A hosted zone as Route53 keeps it: a batch of changes applies as a whole or not at all. It refuses what the real one
 * documents to refuse, and keeps every state that it was ever in. It takes no routing policy, only gives one up.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 */
export class HostedZone {
  readonly states: ResourceRecordSet[][];
  readonly applied: Change[][] = [];

  constructor(recordSets: readonly ResourceRecordSet[]) {
    this.states = [structuredClone([...recordSets])];
  }

  /** What anybody may read now; a copy. */
  get recordSets(): ResourceRecordSet[] {
    return structuredClone(this.states.at(-1)!);
  }

  change(changes: readonly Change[]): void {
    refuseIf(changes.length === 0, "no change");
    const copies = changes.flatMap((change) => (change.Action === "UPSERT" ? [change, change] : [change]));
    const values = copies.flatMap((change) => change.ResourceRecordSet!.ResourceRecords ?? []);
    refuseIf(values.length > 1000, "Number of records limit of 1000 exceeded.");
    refuseIf(
      values.reduce((sum, { Value }) => sum + Value!.length, 0) > 32_000,
      "more than 32000 characters",
    );
    refuseIf(
      new Set(changes.map((change) => change.Action + identity(change.ResourceRecordSet!))).size <
        changes.length,
      "the same change twice",
    );

    const next = new Map(this.states.at(-1)!.map((recordSet) => [identity(recordSet), recordSet]));
    for (const { Action, ResourceRecordSet } of structuredClone(changes)) {
      const recordSet = ResourceRecordSet!;
      const id = identity(recordSet);
      const there = next.get(id);
      if (Action === "DELETE") {
        refuseIf(!there, `Tried to delete resource record set ${id} but it was not found`);
        refuseIf(
          content(there!) !== content(recordSet),
          `Tried to delete resource record set ${id} but the values provided do not match the current values`,
        );
        next.delete(id);
      } else {
        refuseIf(
          Action === "CREATE" && !!there,
          `Tried to create resource record set ${id} but it already exists`,
        );
        const given = recordSet.ResourceRecords?.map((record) => record.Value) ?? [];
        refuseIf(given.length === 0 && !recordSet.AliasTarget, `${id}: no value`);
        refuseIf(new Set(given).size < given.length, `Duplicate Resource Record at ${id}`);
        next.delete(id);
        const others = [...next.values()].filter((other) => other.Name === recordSet.Name);
        refuseIf(
          others.some(
            (other) => other.Type === recordSet.Type || [other.Type, recordSet.Type].includes("CNAME"),
          ),
          // A CNAME excludes every other type at its name, a simple record set excludes weighted ones of its type.
          `${id} is not permitted because a conflicting RRSet with the same DNS name already exists`,
        );
        next.set(id, recordSet);
      }
    }
    this.states.push([...next.values()]);
    this.applied.push([...changes]);
  }
}

function refuseIf(condition: boolean, message: string): void {
  if (condition) throw Object.assign(new Error(message), { name: "InvalidChangeBatch" });
}

export function identity({ Name, Type, SetIdentifier }: ResourceRecordSet): string {
  return JSON.stringify([Name, Type, SetIdentifier]);
}

/** The same text for record sets that say the same; neither the order of values nor that of attributes says anything. */
export function content(recordSet: ResourceRecordSet): string {
  const values = recordSet.ResourceRecords?.map((record) => record.Value).sort();
  return JSON.stringify(Object.entries({ ...recordSet, ResourceRecords: values }).sort());
}

/** The whole of a zone or of a part of it, comparable. */
export function contents(recordSets: readonly ResourceRecordSet[]): string[] {
  return recordSets.map(content).sort();
}
