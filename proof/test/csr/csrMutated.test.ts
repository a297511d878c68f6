import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ownGoTool } from "../../toolchain/goTool";
import { runChoreBeside } from "../scripts/chore";
import { instance, nodeList, running, secondsAgo } from "./csr";

/** The output of proof/lab/go/requests. */
interface Request {
  sender: string;
  address: string;
  serving: boolean;
  mutations: string[] | null;
  request: string;
  /** Whether Go can parse it, with a right signature. */
  reads: boolean;
  /** As Go parses them. */
  names: string[] | null;
  /** The common name, as Go parses it. */
  node: string;
  /** Whether a kubelet would have written exactly these bytes. */
  kubelets: boolean;
}

const number = 20_000;
const batch = 1000;

const hostName = (node: string) => node.split(".")[0];

/**
 * Whether everything in the request, as Go parses it, is the sender's own, and its kind is right. A joining
 * worker may have any domain, because the VPC's DHCP options decide that.
 */
function asksForItsOwn({ sender, address, serving, reads, names, node }: Request): boolean {
  const own = serving ? [`DNS:${sender}`, `IP:${address}`] : [];
  return (
    reads &&
    (serving ? node === `system:node:${sender}` : hostName(node) === `system:node:${hostName(sender)}`) &&
    (names ?? []).every((name) => own.includes(name)) &&
    (names ?? []).length > 0 === serving
  );
}

function csr({ sender, serving, request }: Request, index: number): object {
  return {
    metadata: { name: `csr-${index}`, creationTimestamp: secondsAgo(0) },
    spec: {
      signerName: `kubernetes.io/${serving ? "kubelet-serving" : "kube-apiserver-client-kubelet"}`,
      username: serving ? `system:node:${sender}` : "system:bootstrap:abcdef",
      groups: serving
        ? ["system:nodes"]
        : ["system:bootstrappers:kubeadm:default-node-token", "system:bootstrappers:pool:workers"],
      usages: ["digital signature", serving ? "server auth" : "client auth"],
      request,
    },
  };
}

/** Those that the script approves. */
async function approved(requests: readonly Request[]): Promise<Set<Request>> {
  const id = (index: number) => `i-${index.toString(16)}`;
  const nodes = requests.flatMap(({ sender, serving }, index) =>
    serving ? [[sender, `aws:///eu-west-1a/${id(index)}`]] : [],
  );
  const { status, log, calls } = await runChoreBeside("csr-approve", [], {
    kubectl: {
      "get csr *": JSON.stringify({ items: requests.map(csr) }),
      "get nodes *": nodeList(Object.fromEntries(nodes) as Record<string, string>),
    },
    aws: {
      [running]: requests.map(({ sender, address }, index) => instance(id(index), sender, address)).join(""),
    },
  });
  assert.equal(status, 0, log.join("\n"));
  const names = calls.flatMap((call) => /^kubectl certificate approve (.*)/.exec(call)?.[1].split(" ") ?? []);
  return new Set(names.map((name) => requests[Number(name.replace("csr-", ""))]));
}

describe(`Of ${number} requests, most of them mutated,`, function () {
  this.timeout(30 * 60 * 1000);
  const seed = Number(process.env.REQUESTS_SEED ?? Date.now());
  let all: Request[];
  const passed = new Set<Request>();
  const told = (requests: readonly Request[]) =>
    `REQUESTS_SEED=${seed}: ${requests.length}, the first is ${JSON.stringify(requests[0], undefined, 2)}`;

  before(async () => {
    console.log(`    REQUESTS_SEED=${seed}`);
    const program = ownGoTool({
      name: "requests",
      folder: join(__dirname, "../../lab/go"),
      package: "./requests",
    });
    const { stdout } = await promisify(execFile)(program, [String(seed), String(number)], {
      maxBuffer: Infinity,
    });
    all = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Request);
    const batches = Array.from({ length: number / batch }, (_, turn) =>
      all.slice(turn * batch, (turn + 1) * batch),
    );
    const judge = async () => {
      for (let next = batches.pop(); next; next = batches.pop())
        for (const one of await approved(next)) passed.add(one);
    };
    await Promise.all([judge(), judge()]);
  });

  it("none is approved that Go cannot parse, or that has names of others than its sender", () => {
    const wrong = [...passed].filter((request) => !asksForItsOwn(request));
    assert.equal(wrong.length, 0, told(wrong));
  });

  it("none is approved whose bytes differ from a kubelet's", () => {
    const wrong = [...passed].filter(({ kubelets }) => !kubelets);
    assert.equal(wrong.length, 0, told(wrong));
  });

  it("each one is approved that a kubelet writes for itself", () => {
    const right = all.filter(
      (request) =>
        request.kubelets && asksForItsOwn(request) && request.node === `system:node:${request.sender}`,
    );
    assert.ok(right.length > number / 20, String(right.length));
    const missed = right.filter((request) => !passed.has(request));
    assert.equal(missed.length, 0, told(missed));
  });

  it("Go would sign thousands of them with names of others than their sender", () => {
    const forged = all.filter((request) => request.reads && !asksForItsOwn(request));
    assert.ok(forged.length > number / 10, String(forged.length));
  });
});
