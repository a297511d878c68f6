import { WrongSettings } from "../settings/errors";

/** What AWS answers about the thing that a setting names. @throws WrongSettings in AWS's words when it knows no such thing */
export async function lookUp<T>(key: string, value: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new WrongSettings({ key, value, remedy: `cannot be looked up: ${(error as Error).message}` });
  }
}
