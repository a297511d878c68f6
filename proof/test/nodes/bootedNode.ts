import type { Cloud } from "./cloud";
import { Node } from "./node";
import { sharedCloud } from "./sharedCloud";

/** A node that has booted, alone in its cloud. The caller destroys it. */
export async function bootedNode(): Promise<{ readonly cloud: Cloud; readonly node: Node }> {
  const cloud = await sharedCloud();
  const [id] = await cloud.launch(1);
  return { cloud, node: await Node.boot(cloud, id) };
}
