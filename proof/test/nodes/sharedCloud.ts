import { Cloud } from "./cloud";

let cloud: Cloud | undefined;

/** The one cloud of all node tests, which takes seconds to start; emptied for the suite that asks. */
export async function sharedCloud(): Promise<Cloud> {
  cloud ??= await Cloud.start();
  await cloud.empty();
  return cloud;
}

after(() => cloud?.stop());
