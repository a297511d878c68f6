import { Cloud } from "./cloud";

let cloud: Cloud | undefined;

/**
 * The single cloud of a file's node tests, which takes seconds to start. Each suite that asks for it gets it
 * empty.
 */
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
