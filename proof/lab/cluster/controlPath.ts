/**
 * Puts a value at one of the local AWS's paths that AWS does not have. @throws Error with its answer if it
 * refuses
 */
export async function putControlPath(localAws: URL, path: string, body: unknown): Promise<void> {
  const answer = await fetch(new URL(path, localAws), { method: "PUT", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the local AWS refuses ${path}: ${answer.status} ${await answer.text()}`);
}
