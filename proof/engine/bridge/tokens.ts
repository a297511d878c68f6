/** Corrections for tokens that the bridge does not know, or maps wrongly. */
export const TOKENS_FILE = "proof/engine/bridge/tokens.ts";

/**
 * Terraform name prefix of a module of `@pulumi/aws`, where it differs from the module's name. A resource
 * `type` of module `m` is `aws_<prefix><type in snake case>`; functions follow the same rule.
 */
const MODULE_PREFIX: Readonly<Record<string, string>> = {
  index: "",
  ec2: "",
  alb: "lb_",
  ec2transitgateway: "ec2_transit_gateway_",
};

/** Resources whose Terraform name does not follow from their token. */
const RESOURCES: Readonly<Record<string, string>> = {
  "aws:autoscaling/tag:Tag": "aws_autoscaling_group_tag",
  "aws:ec2/capacityReservation:CapacityReservation": "aws_ec2_capacity_reservation",
  "aws:ec2/fleet:Fleet": "aws_ec2_fleet",
  "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": "aws_ec2_instance_metadata_defaults",
  "aws:ec2/managedPrefixList:ManagedPrefixList": "aws_ec2_managed_prefix_list",
  "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry": "aws_ec2_managed_prefix_list_entry",
  "aws:ec2/networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment":
    "aws_network_interface_sg_attachment",
  "aws:ec2/subnetCidrReservation:SubnetCidrReservation": "aws_ec2_subnet_cidr_reservation",
  "aws:ec2/tag:Tag": "aws_ec2_tag",
  "aws:ec2transitgateway/instanceConnectEndpoint:InstanceConnectEndpoint":
    "aws_ec2_instance_connect_endpoint",
  "aws:ec2transitgateway/instanceState:InstanceState": "aws_ec2_instance_state",
  "aws:ec2transitgateway/transitGateway:TransitGateway": "aws_ec2_transit_gateway",
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
  "aws:alb/loadBalancer:LoadBalancer": "aws_lb",
  "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
  "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec": "aws_route53_hosted_zone_dnssec",
  "aws:s3/bucketObjectv2:BucketObjectv2": "aws_s3_object",
};

/** Functions whose Terraform data source does not follow from their token. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  "aws:autoscaling/getAmiIds:getAmiIds": "aws_autoscaling_groups",
  "aws:ec2/getElasticIp:getElasticIp": "aws_eip",
  "aws:ec2/getInstanceType:getInstanceType": "aws_ec2_instance_type",
  "aws:ec2/getInstanceTypeOffering:getInstanceTypeOffering": "aws_ec2_instance_type_offering",
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": "aws_ec2_instance_type_offerings",
  "aws:ec2/getInstanceTypes:getInstanceTypes": "aws_ec2_instance_types",
  "aws:ec2/getManagedPrefixList:getManagedPrefixList": "aws_ec2_managed_prefix_list",
  "aws:ec2/getManagedPrefixLists:getManagedPrefixLists": "aws_ec2_managed_prefix_lists",
  "aws:ec2/getSpotPrice:getSpotPrice": "aws_ec2_spot_price",
  "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": "aws_iam_openid_connect_provider",
  "aws:lb/getLbs:getLbs": "aws_lbs",
  "aws:lb/getLoadBalancer:getLoadBalancer": "aws_lb",
  "aws:s3/getCanonicalUserId:getCanonicalUserId": "aws_canonical_user_id",
};

/** Terraform name of a Pulumi resource, for example `aws_lb` of `aws:lb/loadBalancer:LoadBalancer`. */
export function terraformResource(token: string): string {
  const { pkg, module, member } = parse(token);
  if (RESOURCES[token] !== undefined) return RESOURCES[token];
  if (pkg === "random") return `random_${snake(member.replace(/^Random/, ""))}`;
  return pkg + "_" + modulePrefix(pkg, module) + snake(member);
}

/** Terraform name of the data source behind a Pulumi function, for example `aws_ami` of `aws:ec2/getAmi:getAmi`. */
export function terraformDataSource(token: string): string {
  const { pkg, module, member } = parse(token);
  return FUNCTIONS[token] ?? pkg + "_" + modulePrefix(pkg, module) + snake(member.replace(/^get/, ""));
}

/**
 * The dynamic bridge's token of a resource: its module is always `index`, and its name is the Terraform name.
 */
export function bridgeResource(token: string): string {
  const { pkg } = parse(token);
  const name = camel(terraformResource(token).slice(pkg.length + 1));
  return `${pkg}:index/${name}:${capital(name)}`;
}

/** The dynamic bridge's token of a function. */
export function bridgeFunction(token: string): string {
  const { pkg } = parse(token);
  const name = "get" + capital(camel(terraformDataSource(token).slice(pkg.length + 1)));
  return `${pkg}:index/${name}:${name}`;
}

/** A URN in the bridge's form, with the type of the resource itself, without its parents'. */
export function bridgeUrn(urn: string): string {
  const [head, project, types, ...name] = urn.split("::");
  const path = types.split("$");
  const own = path.pop() ?? "";
  return [head, project, [...path, bridgeResource(own)].join("$"), ...name].join("::");
}

/** The last type of a URN: that of the resource itself. */
export function typeOfUrn(urn: string): string {
  return urn.split("::")[2].split("$").pop() ?? "";
}

function parse(token: string): { pkg: string; module: string; member: string } {
  const [pkg, path, member] = token.split(":");
  if (!pkg || !path || !member) {
    throw new Error(
      `"${token}" is not a token of the form package:module/name:Name, so the bridge cannot map it`,
    );
  }
  return { pkg, module: path.split("/")[0], member };
}

function modulePrefix(pkg: string, module: string): string {
  if (pkg !== "aws") return "";
  return MODULE_PREFIX[module] ?? `${module}_`;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter, at: number) => (at > 0 ? "_" : "") + letter.toLowerCase());
}

function camel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
