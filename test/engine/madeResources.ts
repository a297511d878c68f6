import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { bytes, keyPair } from "./keyMaterial";
import { accountId, type Region } from "./region";

/** `Subnet:dev-network-public-eu-central-1a`: an id that tells in an input what it refers to. */
export const idOf = (type: string, name: string) => `${type.split(":").pop()}:${name}`;

/** What a provider adds to the inputs of a resource it has made. */
export function madeOutputs(region: Region, type: string, name: string, inputs: Record<string, any>) {
  const [module, , kind] = [type.split(":")[1].split("/")[0], "", type.split(":").pop() ?? ""];
  const common = {
    arn: `arn:aws:${module}:${region.name}:${accountId}:${kind}/${name}`,
    name: inputs.name ?? `${name}-1a2b3c4`,
  };
  return { ...common, ...arnOf(kind, region, name, inputs), ...own(kind, name, inputs) };
}

/** The ARN as AWS forms it, of what policies name; with the resource's own name in it. */
function arnOf(kind: string, { name: region }: Region, name: string, inputs: Record<string, any>) {
  const here = `${region}:${accountId}`;
  switch (kind) {
    case "EventRule":
      return { arn: `arn:aws:events:${here}:rule/${name}` };
    case "Key":
      return { arn: `arn:aws:kms:${here}:key/${name}` };
    case "LogGroup":
      return { arn: `arn:aws:logs:${here}:log-group:${inputs.name ?? name}` };
    case "OpenIdConnectProvider":
      return { arn: `arn:aws:iam::${accountId}:oidc-provider/${inputs.url.replace("https://", "")}` };
    case "Queue":
      return { arn: `arn:aws:sqs:${here}:${name}` };
    case "Role":
      return { arn: `arn:aws:iam::${accountId}:role/${name}` };
    case "Zone":
      return { arn: `arn:aws:route53:::hostedzone/${name}` };
    default:
      return {};
  }
}

function own(kind: string, name: string, inputs: Record<string, any>): Record<string, unknown> {
  switch (kind) {
    case "Eip":
      return { publicIp: `address-of-${name}`, allocationId: `eipalloc:${name}` };
    case "LoadBalancer":
      return { dnsName: `${name}.elb.amazonaws.com`, zoneId: "zone-of-elb" };
    case "Zone": {
      const servers = [`ns-1.${name}`, `ns-2.${name}`];
      // The provider reads a private zone's from its NS record, where names end with a dot.
      const nameServers = inputs.vpcs ? servers.map((server) => `${server}.`) : servers;
      return { zoneId: `Zone:${name}`, nameServers, primaryNameServer: nameServers[0] };
    }
    case "Key":
      return { keyId: `Key:${name}` };
    case "Queue":
      return { url: `https://sqs/${name}` };
    case "LaunchTemplate":
      return { latestVersion: parseInt(digest(inputs), 16) };
    case "PrivateKey": {
      const { privateText, publicText } = keyPair(name, inputs.algorithm);
      return { privateKeyPem: privateText, privateKeyPemPkcs8: privateText, publicKeyPem: publicText };
    }
    case "CertRequest":
      return { certRequestPem: `request of ${name}\n` };
    case "SelfSignedCert":
    case "LocallySignedCert":
      return { certPem: `certificate of ${name}\n`, validityEndTime: `end of ${name}` };
    case "RandomBytes":
      return { base64: bytes(name, inputs.length) };
    default:
      return {};
  }
}

/** Other inputs, another version. */
const digest = (inputs: object) =>
  createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 8);

/** `outputs` with those marked secret that the provider's schema says are. */
export function withSecretOutputs(outputs: Record<string, unknown>, secret: readonly string[]) {
  const entries = Object.entries(outputs);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, secret.includes(key) ? pulumi.secret(value) : value]),
  );
}
