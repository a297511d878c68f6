import { Cloud } from "./cloud";

let cloud: Cloud | undefined;

/** The one cloud of a file's node tests, which takes seconds to start; emptied for the suite that asks. */
export async function sharedCloud(): Promise<Cloud> {
  cloud ??= await Cloud.start();
  await cloud.empty();
  return cloud;
}

/** Mocha calls this after each file. */
export const mochaHooks = {
  afterAll(): void {
    cloud?.stop();
    cloud = undefined;
  },
};
