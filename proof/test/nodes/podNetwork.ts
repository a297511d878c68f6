import { execFileSync, spawn, ChildProcess } from "node:child_process";

/** Range of all pods. */
export const podCidr = "10.244.0.0/16";

/** Ports that listen everywhere: on a node at all of its addresses, in a pod at its own. */
export const listening = [22, 80, 2379, 2380, 6443, 8125, 10250];

/** A UDP port at which everything reports what has arrived, and from where. */
const told = 9999;

const listener = `
import select, socket, sys
sockets = []
for port in map(int, sys.argv[1].split(",")):
    one = socket.create_server(("0.0.0.0", port), reuse_port=True); sockets.append(one)
six = socket.create_server(("::", 22), family=socket.AF_INET6); sockets.append(six)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("0.0.0.0", ${told}))
print("ready", flush=True)
while True:
    for one in select.select(sockets + [udp], [], [])[0]:
        if one is udp:
            text, (address, _) = udp.recvfrom(100); print(text.decode(), "from", address, flush=True)
        else:
            one.accept()[0].close()
`;

const connect = `
import select, socket, sys, time
address, ports, tries = sys.argv[1], map(int, sys.argv[2].split(",")), {}
for port in ports:
    family, kind, _, _, target = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
    one = socket.socket(family, kind); one.setblocking(False); one.connect_ex(target); tries[one] = port
reached, deadline = [], time.time() + 1.5
while tries and time.time() < deadline:
    for one in select.select([], list(tries), [], deadline - time.time())[1]:
        port = tries.pop(one)
        if one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0: reached.append(port)
print(*sorted(reached))
`;

/** Sends a UDP packet in VXLAN, as a pod with UDP sockets can. */
const wrapped = `
import socket, struct, sys
node, mac, source, target, text = sys.argv[1:]
udp = struct.pack("!HHHH", 1, ${told}, 8 + len(text), 0) + text.encode()
def checksum(data):
    total = sum(struct.unpack("!10H", data)); total = (total & 0xffff) + (total >> 16); return ~(total + (total >> 16)) & 0xffff
head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, socket.inet_aton(source), socket.inet_aton(target))
head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
frame = bytes.fromhex(mac.replace(":", "")) + b"\\x02\\0\\0\\0\\0\\2" + b"\\x08\\0" + head + udp
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(struct.pack("!II", 0x08000000, 1 << 8) + frame, (node, 8472))
`;

/** A network namespace. */
export class Place {
  private holder: ChildProcess;
  private listens: ChildProcess | undefined;
  private heard = "";

  private constructor(holder: ChildProcess) {
    this.holder = holder;
  }

  get pid(): number {
    return this.holder.pid!;
  }

  static async make(): Promise<Place> {
    const holder = spawn("setpriv", [
      "--pdeathsig",
      "KILL",
      "unshare",
      "--net",
      "sh",
      "-c",
      "echo; exec sleep 600",
    ]);
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    return new Place(holder);
  }

  sh(commands: string, input?: string): string {
    return execFileSync("nsenter", [`--target=${this.pid}`, "--net", "sh", "-euc", commands], {
      encoding: "utf8",
      input,
    });
  }

  async listen(): Promise<void> {
    const args = [`--target=${this.pid}`, "--net", "python3", "-c", listener, listening.join(",")];
    this.listens = spawn("nsenter", args);
    this.listens.stdout!.on("data", (text) => (this.heard += text));
    while (!this.heard.includes("ready\n")) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** The ports of an address that accept a TCP connection. */
  reaches(address: string, ports: readonly number[] = listening): number[] {
    const args = ["python3", "-c", connect, address, ports.join(",")];
    const said = execFileSync("nsenter", [`--target=${this.pid}`, "--net", ...args], { encoding: "utf8" });
    return said.split(/\s+/).filter(Boolean).map(Number);
  }

  /** Sends a word by UDP from one of its addresses. */
  send(word: string, from: string, to: string): void {
    const code = `import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("${from}", 0)); s.sendto(b"${word}", ("${to}", ${told}))`;
    execFileSync("nsenter", [`--target=${this.pid}`, "--net", "python3", "-c", code]);
  }

  /** The same in VXLAN, to a node. */
  sendWrapped(word: string, packet: { node: string; mac: string; from: string; to: string }): void {
    const args = [packet.node, packet.mac, packet.from, packet.to, word];
    execFileSync("nsenter", [`--target=${this.pid}`, "--net", "python3", "-c", wrapped, ...args]);
  }

  /** Whether a word has arrived in the meantime. */
  async hears(word: string): Promise<boolean> {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return this.heard.includes(`${word} from`);
  }

  remove(): void {
    this.listens?.kill("SIGKILL");
    this.holder.kill("SIGKILL");
  }
}

/** A node with flannel's interfaces and one pod: address 10.0.0.N, pods 10.244.N.0/24. */
export class OverlayNode {
  private constructor(
    readonly number: number,
    readonly host: Place,
    readonly pod: Place,
  ) {}

  get address(): string {
    return `10.0.0.${this.number}`;
  }

  /** An address in its range of pods: 0 is the overlay's own, 1 the bridge's, 2 the pod's. */
  inRange(last: number): string {
    return `10.244.${this.number}.${last}`;
  }

  get mac(): string {
    return `02:00:00:00:00:0${this.number}`;
  }

  static async make(number: number): Promise<OverlayNode> {
    const node = new OverlayNode(number, await Place.make(), await Place.make());
    node.pod.sh(`ip link set lo up; ip link add eth0 type veth peer name veth0 netns ${node.host.pid}`);
    node.host.sh(`
      ip link set lo up; sysctl -qw net.ipv4.ip_forward=1
      ip link add cni0 type bridge; ip addr add ${node.inRange(1)}/24 dev cni0
      ip link set veth0 master cni0 up; ip link set cni0 up`);
    node.pod.sh(
      `ip addr add ${node.inRange(2)}/24 dev eth0; ip link set eth0 up; ip route add default via ${node.inRange(1)}`,
    );
    return node;
  }

  /** Makes the link and the overlay between this node and another one. */
  join(other: OverlayNode): void {
    this.host.sh(`ip link add eth0 type veth peer name eth0 netns ${other.host.pid}`);
    for (const [own, peer] of [
      [this, other],
      [other, this],
    ] as const) {
      own.host.sh(`
        ip addr add ${own.address}/24 dev eth0; ip link set eth0 up
        ip link add flannel.1 address ${own.mac} type vxlan id 1 dstport 8472 local ${own.address} nolearning
        ip addr add ${own.inRange(0)}/32 dev flannel.1; ip link set flannel.1 up
        ip route add ${peer.inRange(0)}/24 via ${peer.inRange(0)} dev flannel.1 onlink
        ip neigh add ${peer.inRange(0)} lladdr ${peer.mac} dev flannel.1
        bridge fdb add ${peer.mac} dev flannel.1 dst ${peer.address}`);
      // Like flanneld with --ip-masq.
      own.host.sh(
        "nft -f -",
        `table ip flannel { chain postrouting { type nat hook postrouting priority srcnat;
          ip saddr ${podCidr} ip daddr ${podCidr} return
          ip saddr ${podCidr} masquerade
          ip daddr ${podCidr} oifname flannel.1 masquerade
        }
        }
`,
      );
    }
  }

  load(rules: string): void {
    this.host.sh("nft -f -", rules);
  }

  remove(): void {
    this.pod.remove();
    this.host.remove();
  }
}
