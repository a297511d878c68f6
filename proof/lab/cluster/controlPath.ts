/** Tells the local AWS something at one of its paths that are not AWS's. @throws Error with its answer if it refuses */
export async function putControlPath(localAws: URL, path: string, body: unknown): Promise<void> {
  const answer = await fetch(new URL(path, localAws), { method: "PUT", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the local AWS refuses ${path}: ${answer.status} ${await answer.text()}`);
}
