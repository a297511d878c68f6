/** A hosted zone of Route 53. */
export interface Zone {
  /** Without the final dot. */
  readonly name: string;
  readonly id: string;
}

/** A name of load balancers: their own one, or that of an alias record. */
export interface BalancerName {
  /** Without the final dot. */
  readonly name: string;
  readonly addresses: readonly string[];
}

export interface CorefileArgs {
  /** The address at which CoreDNS answers. */
  readonly address: string;
  readonly zones: readonly Zone[];
  /** CoreDNS's plugin does not follow Route 53's alias records, so these include them. */
  readonly balancers: readonly BalancerName[];
  /** Address of all AWS endpoints and of the mirror. */
  readonly awsAddress: string;
  readonly region: string;
}

/** Seconds for which clients may keep the addresses of a load balancer, as on AWS. */
const balancerTtl = 60;

/** Seconds until a change in Route 53 is seen here, at most. */
const refreshSeconds = 1;

const noData = ["template ANY ANY {", "  rcode NOERROR", "}"];
const noName = ["template ANY ANY {", "  rcode NXDOMAIN", "}"];

/**
 * Everything that the resolver of a VPC knows, as CoreDNS's configuration
 * (https://coredns.io/manual/configuration/):
 * - the hosted zones of Route 53, load balancers and AWS's endpoints
 * - the names that instances have by their addresses
 *   (https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html)
 * It resolves no other name.
 */
export function corefile({ address, zones, balancers, awsAddress, region }: CorefileArgs): string {
  const block = (names: readonly string[], lines: readonly string[]) =>
    [`${names.map((name) => `${name}:53`).join(" ")} {`, `  bind ${address}`, "  errors"]
      .concat(lines.map((line) => `  ${line}`))
      .concat("}", "")
      .join("\n");
  const internal = region === "us-east-1" ? "ec2.internal." : `${region}.compute.internal.`;
  const bytes = "(?P<a>[0-9]+)-(?P<b>[0-9]+)-(?P<c>[0-9]+)-(?P<d>[0-9]+)";
  const instance = `^ip-${bytes}[.]${internal.replaceAll(".", "[.]")}$`;
  return [
    ...balancers.map(({ name, addresses }) =>
      block(
        [`${name}.`],
        [
          "template IN A {",
          `  match ^${name.replaceAll(".", "[.]")}[.]$`,
          ...addresses.map((one) => `  answer "{{ .Name }} ${balancerTtl} IN A ${one}"`),
          "  fallthrough",
          "}",
          ...noData,
        ],
      ),
    ),
    ...zones.map(({ name, id }) =>
      block([`${name}.`], [`route53 ${name}.:${id} {`, `  refresh ${refreshSeconds}s`, "}"]),
    ),
    block(
      ["amazonaws.com.", "mirror.lab.internal."],
      ["template IN A {", `  answer "{{ .Name }} 5 IN A ${awsAddress}"`, "}", ...noData],
    ),
    block(
      [internal],
      [
        "template IN A {",
        `  match ${instance}`,
        '  answer "{{ .Name }} 5 IN A {{ .Group.a }}.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"',
        "  fallthrough",
        "}",
        ...["template ANY ANY {", `  match ${instance}`, "  rcode NOERROR", "  fallthrough", "}"],
        ...noName,
      ],
    ),
    block(
      ["in-addr.arpa."],
      [
        "template IN PTR {",
        "  match ^(?P<d>[0-9]+)[.](?P<c>[0-9]+)[.](?P<b>[0-9]+)[.](?P<a>[0-9]+)[.]in-addr[.]arpa[.]$",
        `  answer "{{ .Name }} 5 IN PTR ip-{{ .Group.a }}-{{ .Group.b }}-{{ .Group.c }}-{{ .Group.d }}.${internal}"`,
        "  fallthrough",
        "}",
        ...noData,
      ],
    ),
    block(["."], noName),
  ].join("\n");
}
