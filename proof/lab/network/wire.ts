import { shell } from "../execute";
import { parseRange, routerOf } from "./addresses";
import { networkNamespaces } from "./hub";

/** The properties of EC2's network interface. */
export interface WireArgs {
  /** Name of the network namespace, such as the instance's id. */
  readonly name: string;
  /** Private IPv4 address. */
  readonly address: string;
  /** Range of its subnet, whose first address is the router. */
  readonly subnetCidr: string;
}

let wires = 0;

/** A network namespace with one interface, `eth0`, and the link from there to the hub. */
export class Wire {
  /** Path of the network namespace. */
  readonly namespace: string;
  private isCut = false;

  private constructor(
    private readonly args: WireArgs,
    /** The hub's end. */
    private readonly link: string,
  ) {
    this.namespace = `${networkNamespaces}/${args.name}`;
  }

  /** Makes the link; the address answers from then on. */
  static async lay(args: WireArgs): Promise<Wire> {
    const { name, address, subnetCidr } = args;
    const link = `wire${(wires += 1)}`; // names of links are short
    const router = routerOf(subnetCidr);
    await shell(`
      ip netns add ${name}
      ip link add ${link} type veth peer name eth0 netns ${name}
      # Whoever asks for a neighbour of its subnet is sent to the hub, at once.
      echo 1 >/proc/sys/net/ipv4/conf/${link}/proxy_arp
      echo 0 >/proc/sys/net/ipv4/neigh/${link}/proxy_delay
      ip link set ${link} up
      ip address replace ${router}/32 dev lo
      ip route add ${address}/32 dev ${link}
      ip -n ${name} link set lo up
      ip -n ${name} address add ${address}/${parseRange(subnetCidr).prefixLength} dev eth0
      ip -n ${name} link set eth0 up
      ip -n ${name} route add default via ${router}`);
    return new Wire(args, link);
  }

  /** Removes the interfaces and rules that the node itself has made, like a reboot of its kernel. */
  async reset(): Promise<void> {
    const { name } = this.args;
    await shell(`
      ip -n ${name} -o link | sed -e '/: \\(lo\\|eth0\\)[:@]/d' -e 's/^[0-9]*: \\([^:@]*\\).*/\\1/' |
        while read -r link; do ip -n ${name} link delete "$link" 2>/dev/null || true; done
      nsenter --net=${this.namespace} nft flush ruleset`);
  }

  /** Drops all packets in both directions, without an error to either side. */
  async cut(): Promise<void> {
    if (this.isCut) return;
    await shell(`nft add element inet partitions cut '{ "${this.link}" }'`);
    this.isCut = true;
  }

  /** Undoes `cut`. */
  async mend(): Promise<void> {
    if (!this.isCut) return;
    await shell(`nft delete element inet partitions cut '{ "${this.link}" }'`);
    this.isCut = false;
  }

  /** Removes interface and namespace; processes that still run in it keep an interface without a link. */
  async remove(): Promise<void> {
    await this.mend();
    await shell(`ip link delete ${this.link}; ip netns delete ${this.args.name}`);
  }
}
