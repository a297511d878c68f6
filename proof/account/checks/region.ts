import { EC2, paginateDescribeInstanceTypeOfferings } from "@aws-sdk/client-ec2";
import { IAM, paginateListRoles } from "@aws-sdk/client-iam";
import { Route53 } from "@aws-sdk/client-route-53";
import { parseSettings } from "../../../settings";
import { type CheckedAccount, holds, type Part, passed, type Seen, toLookAt } from "../check";
import { newestFlatcar } from "../flatcar";

/** Flatcar withdraws an image after nine months. */
const withdrawnAfterDays = 270;
/** Services that nodes call without a way to the internet, if the VPC has endpoints for them. */
const nodeServices = ["autoscaling", "ec2", "ecr.api", "ecr.dkr", "kms", "logs", "s3", "ssm", "sts"];
const serviceRoles = ["AWSServiceRoleForAutoScaling", "AWSServiceRoleForElasticLoadBalancing"];
/** A new zone needs room for one more. */
const zoneLimit = "MAX_HOSTED_ZONES_BY_OWNER";

const defaults = parseSettings({ name: "defaults", domain: "k8s.example.com" });

/** What region and account offer, by calls that change nothing. */
export const region: Part = {
  name: "Region",
  checks: [
    {
      what: "zones with the default instance type",
      expected: "three or more",
      local: "all zones have all types",
      risk: "two of three controllers share a zone",
    },
    {
      what: "newest image of Flatcar stable",
      expected: "the product's default release, younger than nine months",
      local: "two made-up images",
      risk: "the default release is withdrawn, and a new cluster is refused",
    },
    {
      what: "default key of EBS",
      expected: "alias/aws/ebs",
      local: "alias/aws/ebs",
      risk: "with a customer's key, instances end at launch unless its policy permits the grants",
    },
    {
      what: "service-linked roles of Auto Scaling and load balancing",
      expected: "both are there",
      local: "not checked",
      risk: "the first `up` needs `iam:CreateServiceLinkedRole`",
    },
    {
      what: "endpoint services that nodes can use in a VPC without internet",
      expected: nodeServices.join(", "),
      local: "a list of moto's",
      risk: "nodes without a default route do not boot",
    },
    {
      what: "room for one more hosted zone",
      expected: "fewer than the account's limit",
      local: "no limits",
      risk: "`up` fails at the zone",
    },
  ],
  look: async function* (account: CheckedAccount) {
    const ec2 = new EC2({});
    yield await zones(ec2);
    yield await newestImage(ec2);
    yield await defaultKey(ec2);
    yield await roles();
    yield await endpointServices(ec2, account.region);
    yield await hostedZones();
  },
};

async function zones(ec2: EC2): Promise<Seen> {
  const type = defaults.controlPlane.instanceType;
  const { AvailabilityZones = [] } = await ec2.describeAvailabilityZones({
    Filters: [
      { Name: "zone-type", Values: ["availability-zone"] },
      { Name: "state", Values: ["available"] },
    ],
  });
  const query = {
    LocationType: "availability-zone" as const,
    Filters: [{ Name: "instance-type", Values: [type] }],
  };
  const offering: string[] = [];
  for await (const page of paginateDescribeInstanceTypeOfferings({ client: ec2 }, query))
    offering.push(...(page.InstanceTypeOfferings ?? []).map(({ Location = "" }) => Location));
  const names = AvailabilityZones.map(({ ZoneName = "" }) => ZoneName).sort();
  const having = names.filter((name) => offering.includes(name));
  const seen = `${type} in ${having.length} of ${names.length}: ${having.join(", ")}`;
  return having.length >= 3 ? passed(seen) : toLookAt(seen);
}

async function newestImage(ec2: EC2): Promise<Seen> {
  const newest = await newestFlatcar(ec2);
  const release = /^Flatcar-stable-([\d.]+)-/.exec(newest.Name ?? "")?.[1];
  const days = Math.floor((Date.now() - Date.parse(newest.CreationDate ?? "")) / 86_400_000);
  const seen = `${newest.Name}, ${newest.ImageId}, ${days} days old`;
  if (release !== defaults.versions.flatcar)
    return toLookAt(`${seen}; the product's default is ${defaults.versions.flatcar}`);
  return days < withdrawnAfterDays ? passed(seen) : toLookAt(seen);
}

async function defaultKey(ec2: EC2): Promise<Seen> {
  const [{ EbsEncryptionByDefault }, { KmsKeyId = "" }] = await Promise.all([
    ec2.getEbsEncryptionByDefault({}),
    ec2.getEbsDefaultKmsKeyId({}),
  ]);
  const seen = `${KmsKeyId}, encryption by default is ${EbsEncryptionByDefault ? "on" : "off"}`;
  return KmsKeyId.endsWith("alias/aws/ebs") ? passed(seen) : toLookAt(seen);
}

async function roles(): Promise<Seen> {
  const found: string[] = [];
  for await (const { Roles = [] } of paginateListRoles(
    { client: new IAM({}) },
    { PathPrefix: "/aws-service-role/" },
  ))
    found.push(...Roles.map(({ RoleName = "" }) => RoleName));
  const missing = serviceRoles.filter((role) => !found.includes(role));
  return missing.length === 0
    ? passed("both")
    : toLookAt(`no ${missing.join(", no ")}: AWS makes it at the first use, if your role may`);
}

async function endpointServices(ec2: EC2, here: string): Promise<Seen> {
  const names = nodeServices.map((name) => `com.amazonaws.${here}.${name}`);
  const { ServiceNames = [] } = await ec2.describeVpcEndpointServices({});
  const missing = names.filter((name) => !ServiceNames.includes(name));
  return missing.length === 0 ? passed("all") : toLookAt(`none of ${missing.join(", ")}`);
}

async function hostedZones(): Promise<Seen> {
  const { Count = 0, Limit } = await new Route53({}).getAccountLimit({ Type: zoneLimit });
  return holds(Count < (Limit?.Value ?? 0), `${Count} of ${Limit?.Value}`);
}
