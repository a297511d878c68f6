import { networkInterfaces } from "node:os";
import { shell } from "../execute";
import { awsAddress, metadataAddress, parseRange, resolverOf } from "./addresses";

/** Folder for files and sockets of the lab's own programs; it is gone with the lab's namespaces. */
export const networkNamespaces = "/run/netns";

/**
 * Makes this process's network namespace the router of a VPC and of everything behind it. It needs mount,
 * network and process namespaces of its own. /run becomes the lab's own, so that nothing stays on the
 * machine.
 * @throws Error if the namespace has a link to anywhere
 */
export async function openHub(vpcCidr: string): Promise<void> {
  const links = Object.keys(networkInterfaces()).filter((name) => name !== "lo");
  if (links.length > 0) {
    throw new Error(
      `the lab's network wants a network namespace of its own; this one has ${links.join(", ")}`,
    );
  }
  const { base, prefixLength } = parseRange(vpcCidr);
  await shell(`
    mount --make-rprivate /
    mount -t tmpfs -o mode=0755 tmpfs /run
    mkdir ${networkNamespaces}
    ip link set lo up
    for address in ${metadataAddress} ${awsAddress} ${resolverOf(vpcCidr)}; do ip address add $address/32 dev lo; done
    echo 1 >/proc/sys/net/ipv4/ip_forward
    # What is sent to an instance that is gone is lost; nobody answers that it is.
    ip route add blackhole ${base}/${prefixLength}`);
  await shell("nft -f -", { input: partitions });
}

// Neither side gets an answer: with a link that is down, the router would inform the others.
const partitions = `
table inet partitions {
  set cut {
    type ifname
  }
  chain from_nodes {
    type filter hook prerouting priority raw; policy accept;
    iifname @cut drop
  }
  chain to_nodes {
    type filter hook postrouting priority raw; policy accept;
    oifname @cut drop
  }
}
`;
