import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "../lab";

/**
 * EC2 takes a Spot instance back. Its metadata say so two minutes before, at the scale of the run. Resolves
 * once the instance is terminated, without Auto Scaling and its hooks.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
 */
export async function interrupt(lab: Lab, id: string): Promise<void> {
  const at = new Date(Date.now() + lab.passing(2));
  lab.awsFaults.interruptions = new Map([[id, at]]);
  await sleep(at.getTime() - Date.now());
  await lab.cluster.vanish([id]);
}
