/** CPU architecture of a node, as Kubernetes and Go name it. */
export type Architecture = "amd64" | "arm64";

/** An image of Flatcar that the cluster copies, or has copied. */
export interface NodeImage {
  /** Release of Flatcar. */
  readonly release: string;
  readonly architecture: Architecture;
  /** The image that is copied. */
  readonly sourceAmiId: string;
}

/** Name of the cluster's own copy of an image. */
export const copyName = (cluster: string, release: string, architecture: Architecture) =>
  `${cluster}-flatcar-${release}-${architecture}`;
