/** Faults of the local AWS itself: see its control path `/local-aws/faults`. */
export interface EventFaults {
  readonly events?: {
    readonly delaySeconds?: readonly [number, number];
    readonly duplicate?: number;
    readonly drop?: number;
  };
  readonly functions?: Readonly<Record<string, "fail">>;
}

/**
 * Puts a value at one of the local AWS's paths that AWS does not have. @throws Error with its answer if it
 * refuses
 */
export async function putControlPath(localAws: URL, path: string, body: unknown): Promise<void> {
  const answer = await fetch(new URL(path, localAws), { method: "PUT", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the local AWS refuses ${path}: ${answer.status} ${await answer.text()}`);
}
