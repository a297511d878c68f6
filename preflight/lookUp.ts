import { WrongSettings } from "../settings/errors";

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
