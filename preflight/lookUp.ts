import * as pulumi from "@pulumi/pulumi";
import { line, type Mistake, WrongSettings } from "../settings/errors";

/**
 * AWS's answer about the resource in a setting. @throws WrongSettings with AWS's message when it does not
 * exist
 */
export async function lookUp<T>(key: string, value: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new WrongSettings({ key, value, remedy: `cannot be looked up: ${(error as Error).message}` });
  }
}

/**
 * What AWS answers about the account, or undefined with a warning. A cluster can be made without the answer, so a missing
 * permission refuses nothing.
 *
 * @param what it is about, for the warning
 */
export async function lookUpIfAllowed<T>(what: string, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    await pulumi.log.warn(
      `${what} cannot be looked up, so pulumi up may fail on it: ${(error as Error).message}`,
    );
    return undefined;
  }
}

/**
 * Refuses a new cluster what the account does not let it have. A cluster that stands is only warned: its certificates have to be
 * renewed all the same.
 *
 * @throws WrongSettings for a new cluster
 */
export async function refuseNew(mistakes: readonly Mistake[], isStanding: boolean): Promise<void> {
  if (mistakes.length === 0) return;
  if (!isStanding) throw new WrongSettings(...mistakes);
  for (const mistake of mistakes) await pulumi.log.warn(line(mistake));
}
