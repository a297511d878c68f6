import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Architecture } from "../../plan/nodeImages";
import { ownedTags } from "../../plan/names";
import { copyName, type NodeImage } from "../../plan/nodeImages";

export interface NodeImagesArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly region: string;
  /** Those of the nodes' release first. */
  readonly images: readonly NodeImage[];
}

/**
 * The cluster's own copies of Flatcar's images. Lost nodes can be replaced, and `pulumi up` works, after
 * Flatcar has deleted the originals.
 */
export class NodeImages extends pulumi.ComponentResource {
  /** The images that new nodes get, by architecture. */
  readonly ids: Readonly<Partial<Record<Architecture, pulumi.Output<string>>>>;

  constructor(name: string, args: NodeImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:NodeImages", name, {}, opts);
    const { cluster, region, images } = args;
    const copies = images.map(({ release, architecture, sourceAmiId }) => {
      const copy = copyName(cluster, release, architecture);
      const { id } = new aws.ec2.AmiCopy(
        `${name}-${release}-${architecture}`,
        {
          name: copy,
          description: `Flatcar ${release} of the Kubernetes cluster ${cluster}`,
          sourceAmiId,
          sourceAmiRegion: region,
          tags: ownedTags(cluster, copy),
        },
        // The name has the release, so each release has one copy. The image that it was copied from does not matter.
        { parent: this, ignoreChanges: ["sourceAmiId"] },
      );
      return { architecture, id };
    });
    // The previous release's images come last, for going back.
    this.ids = Object.fromEntries(copies.reverse().map(({ architecture, id }) => [architecture, id]));
    this.registerOutputs({});
  }

  /** The image that new nodes get. */
  of(architecture: Architecture): pulumi.Output<string> {
    const id = this.ids[architecture];
    if (id === undefined) throw new Error(`no ${architecture} image was looked up`);
    return id;
  }
}
