/** What another project's program imports, as `pulumi-kubeadm/library`; index.ts is this project's own program. */
export { Cluster, type ClusterArgs } from "./components/cluster";
export type { ClusterOutputs } from "./components/clusterOutputs";
export type { ClusterFacts } from "./components/nodes/nodeGroupArgs";
export { WorkerPool, type WorkerPoolArgs } from "./components/nodes/workerPool";
export { ServiceAccountRole, type ServiceAccountRoleArgs } from "./components/pods/serviceAccountRole";
export { type LastOutputs, readLastOutputs } from "./preflight/lastOutputs";
export { runPreflight, type PreflightResult, type PreflightOptions } from "./preflight/preflight";
export { parseSettings, type Settings, type WorkerPoolSettings } from "./settings";
