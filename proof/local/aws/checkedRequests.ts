/** What the local AWS has found of all requests since its start, by AWS's service models: `GET /local-aws/requests`. */
export interface CheckedRequests {
  /** Requests by service and operation: `ec2 RunInstances`. */
  readonly operations: Readonly<Record<string, number>>;
  /** A line for each different fault: operation, parameter, what is wrong. */
  readonly faults: readonly string[];
}

export async function checkedRequests(url: string): Promise<CheckedRequests> {
  return (await (await fetch(`${url}/local-aws/requests`)).json()) as CheckedRequests;
}

/** The findings of several local AWSs as those of one. */
export function together(all: readonly CheckedRequests[]): CheckedRequests {
  const operations: Record<string, number> = {};
  for (const [operation, count] of all.flatMap((each) => Object.entries(each.operations))) {
    operations[operation] = (operations[operation] ?? 0) + count;
  }
  return { operations, faults: [...new Set(all.flatMap(({ faults }) => faults))] };
}

/** How many were compared, and what does not fit, as lines. */
export function checkedLines({ operations, faults }: CheckedRequests): string[] {
  const counts = Object.values(operations);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const verdict =
    faults.length === 0 ? "all as AWS's service models have them" : `not valid: ${faults.length}`;
  return [
    `${all} requests of ${counts.length} operations: ${verdict}`,
    ...faults.map((fault) => `  ${fault}`),
  ];
}
