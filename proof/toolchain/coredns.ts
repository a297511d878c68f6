import { goTool } from "./goTool";

/**
 * CoreDNS with only these plugins, which halves the build time. A query passes them in this order:
 * https://github.com/coredns/coredns/blob/master/plugin.cfg,
 * https://coredns.io/2017/07/25/compile-time-enabling-or-disabling-plugins/
 */
const corednsWith = (version: string, plugins: readonly Plugin[]) =>
  goTool({
    name: "coredns",
    version,
    module: "github.com/coredns/coredns",
    main: [
      "package main",
      "",
      "import (",
      '\t"github.com/coredns/coredns/core/dnsserver"',
      '\t"github.com/coredns/coredns/coremain"',
      ...plugins.map(({ folder }) => `\t_ "github.com/coredns/coredns/plugin/${folder}"`),
      ")",
      "",
      `func init() { dnsserver.Directives = []string{${plugins.map(({ directive }) => `"${directive}"`).join(", ")}} }`,
      "",
      "func main() { coremain.Run() }",
      "",
    ].join("\n"),
  });

interface Plugin {
  /** Name in a Corefile. */
  readonly directive: string;
  /** Import path of its source. */
  readonly folder: string;
}

const named = (directives: readonly string[]): Plugin[] =>
  directives.map((directive) => ({ directive, folder: directive === "prometheus" ? "metrics" : directive }));

/** With the plugins of the lab's own Corefile. */
export const coredns = () => corednsWith("1.14.6", named(["bind", "errors", "log", "template", "route53"]));

/** Versions of cluster DNS, by the minor version of kubeadm that deploys it: `kubeadm config images list`. */
const clusterDnsVersions = { "1.36": "1.14.2", "1.37": "1.14.6" } as const;

/**
 * The version for a release of Kubernetes, such as `1.36.3`. @throws Error for a minor version that is
 * missing here
 */
export function clusterDnsVersion(release: string): string {
  const minor = release.split(".").slice(0, 2).join(".");
  const version = new Map<string, string>(Object.entries(clusterDnsVersions)).get(minor);
  if (version === undefined) throw new Error(`which CoreDNS kubeadm ${release} deploys is not known here`);
  return version;
}

/** With the plugins of kubeadm's Corefile. */
export const clusterDns = (release: string) =>
  corednsWith(
    clusterDnsVersion(release),
    named([
      ...["reload", "ready", "health", "prometheus", "errors", "loadbalance", "cache"],
      ...["kubernetes", "loop", "forward"],
    ]),
  );
