/** Of a node's CPU, as Kubernetes and Go name it. */
export type Architecture = "amd64" | "arm64";

/** An image of Flatcar that the cluster has, or gets, a copy of. */
export interface NodeImage {
  /** Release of Flatcar. */
  readonly release: string;
  readonly architecture: Architecture;
  /** What the copy is made from. */
  readonly sourceAmiId: string;
}

/** Name of the cluster's own copy of an image. */
export const copyName = (cluster: string, release: string, architecture: Architecture) =>
  `${cluster}-flatcar-${release}-${architecture}`;
