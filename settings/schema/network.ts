import { z } from "zod";
import {
  cidr,
  defaultNetwork,
  group,
  hostRange,
  list,
  sshKey,
  text,
  whole,
  zoneName,
  zonesRemedy,
} from "../fields";
import { setting } from "./about";

const subnetId = text(/^subnet-[0-9a-f]{8,17}$/, "use a subnet id", "subnet-0a1b2c3d4e5f67890");
const clientRanges = list(cidr(0, 32), "use a list of IPv4 ranges");

export const zones = setting(
  z
    .union(
      [
        whole(1, 6, zonesRemedy),
        list(zoneName, zonesRemedy).min(1, { error: zonesRemedy }).max(6, { error: zonesRemedy }),
      ],
      { error: zonesRemedy },
    )
    .default(3),
  {
    description:
      "Availability zones: how many, taken in the region's order, or their names. A cluster can get more zones, but keeps those it has.",
    unit: "zones",
    change: { "in place": "more zones", refused: "fewer zones or other ones" },
  },
);

export const network = group({
  cidr: setting(hostRange(16, 22).default(defaultNetwork.cidr), {
    description: "Range of the VPC, /16 to /22.",
    change: "refused",
  }),
  nat: setting(z.enum(["zone", "single"], { error: "use zone or single" }).default(defaultNetwork.nat), {
    description:
      "One NAT gateway in each zone, or a single one. A single one is cheaper, but when its zone fails, no zone reaches the internet.",
    change: "in place",
  }),
})
  .meta({ description: "A new VPC. Cannot be combined with `existingVpc`." })
  .optional();

export const existingVpc = group({
  vpcId: setting(
    text(/^vpc-[0-9a-f]{8,17}$/, "use a VPC id such as vpc-0a1b2c3d4e5f67890", "vpc-0a1b2c3d4e5f67890"),
    {
      description: "The VPC that the cluster is built into.",
      change: "refused",
    },
  ),
  privateSubnetIds: setting(
    list(subnetId, "use a list of subnet ids")
      .min(1, { error: "name one private subnet or more" })
      .max(6, { error: "name one private subnet per zone, 6 at most" }),
    {
      description:
        "Subnets of the nodes: one per zone, each with a route to the internet that is not an internet gateway.",
      change: { "in place": "more subnets", refused: "fewer subnets or other ones" },
    },
  ),
  publicSubnetIds: setting(
    list(subnetId, "use a list of subnet ids")
      .max(6, { error: "name one public subnet per zone, 6 at most" })
      .default([]),
    {
      description: "Subnets of a public API and of the bastion.",
      change: { "in place": "more subnets", refused: "fewer subnets or other ones" },
    },
  ),
})
  .meta({
    description:
      "An existing VPC to build into. The only change in its network is a cluster tag on the named subnets.",
  })
  .optional();

export const podCidr = setting(hostRange(8, 22).default("10.244.0.0/16"), {
  description: "Addresses of pods, a /24 for each node.",
  change: "refused",
});

export const serviceCidr = setting(hostRange(12, 24).default("10.96.0.0/16"), {
  description: "Addresses of Services, /24 or larger.",
  change: "refused",
});

export const api = group({
  access: setting(z.enum(["internal", "public"], { error: "use internal or public" }).default("internal"), {
    description:
      "Whether the API's load balancer has public addresses. A public API makes the cluster's DNS zone public too.",
    change: "refused",
  }),
  allowedCidrs: setting(clientRanges.default([]), {
    description:
      "Ranges that may connect to port 6443. The cluster's own nodes always may, and the whole VPC if the API is internal. A public API needs at least one range.",
    change: "in place",
  }),
})
  .meta({ description: "The Kubernetes API." })
  .prefault({});

export const access = group({
  kind: setting(
    z
      .enum(["none", "bastion", "instance-connect"], { error: "use none, bastion or instance-connect" })
      .default("none"),
    {
      description: "A bastion host, an EC2 Instance Connect Endpoint, or no way to log in at all.",
      change: "in place",
    },
  ),
  allowedCidrs: setting(clientRanges.default([]), {
    description: "Ranges that may connect to the bastion's port 22.",
    change: "in place",
  }),
  sshAuthorizedKeys: setting(list(sshKey, "use a list of OpenSSH public keys").default([]), {
    description:
      "OpenSSH public keys of the user `core`, on every node and on the bastion. Nodes take over a change within four minutes; a bastion is replaced.",
    change: "in place",
  }),
})
  .meta({ description: "The way to a shell on the nodes." })
  .prefault({});
