import * as pulumi from "@pulumi/pulumi";
import { line, type Mistake, WrongSettings } from "../settings/errors";

/**
 * Waits for AWS's answer about a resource that a setting names.
 * @param key of the setting
 * @throws WrongSettings with AWS's message when the look-up fails
 */
export async function lookUp<T>(key: string, value: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new WrongSettings({ key, value, remedy: `cannot be looked up: ${(error as Error).message}` });
  }
}

/**
 * Waits for AWS's answer about the account. If the look-up fails, for example for lack of a permission, it
 * warns and returns undefined, because a cluster can be made without the answer.
 * @param what is looked up, for the warning
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
 * Refuses a new cluster that the account does not allow. For an existing cluster it only warns, because `up`
 * must still renew its certificates.
 * @throws WrongSettings for a new cluster with mistakes
 */
export async function refuseNew(mistakes: readonly Mistake[], isStanding: boolean): Promise<void> {
  if (mistakes.length === 0) return;
  if (!isStanding) throw new WrongSettings(...mistakes);
  for (const mistake of mistakes) await pulumi.log.warn(line(mistake));
}
