export { parseSettings, readSettings } from "./parse";
export type { Settings, WorkerPoolSettings } from "./schema/cluster";
