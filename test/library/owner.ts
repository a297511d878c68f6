import * as pulumi from "@pulumi/pulumi";

/** A component of somebody else's, which a cluster may be a part of. */
export class Owner extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("somebody:index:Owner", name, {}, opts);
  }
}
