import assert from "node:assert/strict";
import { changes, runChore } from "../scripts/chore";
import { instance, nodeList, requestFor, running, secondsAgo } from "./csr";

describe("A worker's request for its first client certificate", () => {
  const node = "ip-10-0-0-20.corp.example.com";
  const bootstrappers = "system:bootstrappers:kubeadm:default-node-token";
  const ofPool = (pool: string) => [
    "system:bootstrappers",
    bootstrappers,
    `system:bootstrappers:pool:${pool}`,
  ];
  const own = instance("i-1", "ip-10-0-0-20.eu-west-1.compute.internal", "10.0.0.20");

  interface Request {
    subject?: string;
    sans?: string;
    usages?: string[];
    groups?: string[];
    signerName?: string;
    /** The existing Nodes by name, with their content. @default - none */
    nodes?: Record<string, string>;
    ec2?: string;
    /** Time of its creation. @default now */
    since?: string;
  }

  function decide({ subject = `/O=system:nodes/CN=system:node:${node}`, sans = "", ...request }: Request) {
    const csr = {
      metadata: { name: "csr-1", creationTimestamp: request.since ?? secondsAgo(0) },
      spec: {
        signerName: request.signerName ?? "kubernetes.io/kube-apiserver-client-kubelet",
        username: "system:bootstrap:abcdef",
        groups: request.groups ?? ofPool("workers"),
        usages: request.usages ?? ["digital signature", "client auth"],
        request: requestFor(subject, sans),
      },
    };
    const { calls, log } = runChore("csr-approve", [], {
      kubectl: {
        "get csr *": JSON.stringify({ items: [csr] }),
        "get nodes *": nodeList(request.nodes ?? {}),
      },
      aws: { [running]: request.ec2 ?? own },
    });
    return { change: changes(calls), log };
  }

  it("is approved for a running instance of a pool without a Node", () => {
    assert.deepEqual(decide({ nodes: { "ip-10-0-0-2.corp.example.com": "aws:///eu-west-1a/i-2" } }), {
      change: ["kubectl certificate approve csr-1"],
      log: ["csr-approve: approved csr-1 of system:bootstrap:abcdef"],
    });
  });

  const notWritten = "it is not written as kubelets write theirs";
  const refused: [string, Request, string][] = [
    [
      "is in the name of a Node that is there: whoever has a token could be any node",
      { nodes: { [node]: "aws:///eu-west-1a/i-1" } },
      `the Node ${node} is there already`,
    ],
    [
      "is in the host name of such a Node, in another domain",
      { nodes: { "ip-10-0-0-20.eu-west-1.compute.internal": "aws:///eu-west-1a/i-1" } },
      "the Node ip-10-0-0-20.eu-west-1.compute.internal is there already",
    ],
    ["is for another group", { subject: `/O=system:masters/CN=system:node:${node}` }, notWritten],
    ["is for no node", { subject: "/O=system:nodes/CN=admin" }, notWritten],
    [
      "is for a name that is none",
      { subject: "/O=system:nodes/CN=system:node:--server=10.0.0.99" },
      notWritten,
    ],
    ["names hosts", { sans: `DNS:${node}` }, "it names hosts"],
    [
      "comes by the token of another pool",
      { groups: ofPool("arm") },
      `its token is of the pool arm, ${node} of the group demo-pool-workers`,
    ],
    [
      "comes by the token of a pool whose name begins with this one's",
      { groups: ofPool("workers-2") },
      `its token is of the pool workers-2, ${node} of the group demo-pool-workers`,
    ],
    ["comes by a token of no pool", { groups: [bootstrappers] }, "its token is not of one pool"],
    [
      "comes by a token of two pools",
      { groups: [...ofPool("workers"), ...ofPool("arm")] },
      "its token is not of one pool",
    ],
    [
      "wants to serve too",
      { usages: ["client auth", "server auth"] },
      "its usages are not those of a kubelet's client certificate",
    ],
  ];
  for (const [what, request, reason] of refused) {
    it(`is denied with the reason if it ${what}`, () => {
      assert.deepEqual(decide(request), {
        change: ["kubectl certificate deny csr-1"],
        log: [`csr-approve: denied csr-1 of system:bootstrap:abcdef: ${reason}`],
      });
    });
  }

  const unknown: [string, Request, string][] = [
    [
      "EC2 knows no such instance",
      { ec2: "<r></r>" },
      `EC2 knows no running instance of a pool called ${node}`,
    ],
    [
      "EC2 knows none of a pool, as for a controller's name",
      { ec2: own.replaceAll("demo-pool-workers", "demo-controllers") },
      `EC2 knows no running instance of a pool called ${node}`,
    ],
    [
      "EC2 knows two",
      { ec2: `${own}${own.replace("i-1", "i-2")}` },
      `EC2 knows no running instance of a pool called ${node}`,
    ],
    [
      "the Node of an instance that had the name before is there",
      { nodes: { [node]: "aws:///eu-west-1a/i-11" } },
      `there is a Node ${node} of another instance`,
    ],
  ];
  for (const [what, request, reason] of unknown) {
    it(`waits while ${what}`, () => {
      assert.deepEqual(decide(request), {
        change: [],
        log: [`csr-approve: csr-1 of system:bootstrap:abcdef waits: ${reason}`],
      });
    });
  }

  it("is ignored if others decide on it: the controller-manager on renewals, and other signers", () => {
    for (const other of [
      { groups: ["system:nodes", "system:authenticated"] },
      { signerName: "kubernetes.io/kube-apiserver-client" },
    ])
      assert.deepEqual(decide(other), { change: [], log: [] });
  });
});
