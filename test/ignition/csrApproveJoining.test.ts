import assert from "node:assert/strict";
import { changes, runChore } from "./chore";
import { requestFor, running, secondsAgo } from "./csr";

describe("A worker's request for its first client certificate", () => {
  const node = "ip-10-0-0-20.corp.example.com";
  const bootstrappers = "system:bootstrappers:kubeadm:default-node-token";

  interface Request {
    subject?: string;
    sans?: string;
    usages?: string[];
    groups?: string[];
    signerName?: string;
    /** The Nodes that are there, by name, and what each says it is. @default - none */
    nodes?: Record<string, string>;
    ec2?: string;
    /** When it was made. @default now */
    since?: string;
  }

  function decide({ subject = `/O=system:nodes/CN=system:node:${node}`, sans = "", ...request }: Request) {
    const csr = {
      metadata: { name: "csr-1", creationTimestamp: request.since ?? secondsAgo(0) },
      spec: {
        signerName: request.signerName ?? "kubernetes.io/kube-apiserver-client-kubelet",
        username: "system:bootstrap:abcdef",
        groups: request.groups ?? ["system:bootstrappers", bootstrappers, "system:authenticated"],
        usages: request.usages ?? ["digital signature", "client auth"],
        request: requestFor(subject, sans),
      },
    };
    const named =
      "Filter.3.Name=private-dns-name Filter.3.Value.1=ip-10-0-0-20.eu-west-1.compute.internal Filter.3.Value.2=ip-10-0-0-20.ec2.internal";
    const ofPool = "Filter.4.Name=tag:aws:autoscaling:groupName Filter.4.Value.1=demo-pool-*";
    const { calls, log } = runChore("csr-approve", [], {
      kubectl: {
        "get csr *": JSON.stringify({ items: [csr] }),
        "get nodes *": JSON.stringify({
          items: Object.entries(request.nodes ?? {}).map(([name, providerID]) => ({
            metadata: { name },
            spec: { providerID },
          })),
        }),
      },
      aws: {
        [`ec2 Action=DescribeInstances ${running} ${named} ${ofPool}`]:
          request.ec2 ?? "<r><instanceId>i-1</instanceId></r>",
      },
    });
    return { change: changes(calls), log };
  }

  it("is approved for a running instance of a pool that is no Node yet", () => {
    assert.deepEqual(decide({ nodes: { "ip-10-0-0-2.corp.example.com": "aws:///eu-west-1a/i-2" } }), {
      change: ["kubectl certificate approve csr-1"],
      log: ["csr-approve: approved csr-1 of system:bootstrap:abcdef"],
    });
  });

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
    [
      "is for another group",
      { subject: `/O=system:masters/CN=system:node:${node}` },
      `its subject is CN=system:node:${node},O=system:masters`,
    ],
    ["is for no node", { subject: "/O=system:nodes/CN=admin" }, "its subject is CN=admin,O=system:nodes"],
    [
      "is for a name that is none",
      { subject: "/O=system:nodes/CN=system:node:--server=10.0.0.99" },
      "its subject is CN=system:node:--server=10.0.0.99,O=system:nodes",
    ],
    ["names hosts", { sans: `DNS:${node}` }, "it names hosts"],
    [
      "wants to serve too",
      { usages: ["client auth", "server auth"] },
      "its usages are not those of a client certificate",
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
      "EC2 knows no such instance of a pool, as for a controller's name",
      { ec2: "<r></r>" },
      `EC2 knows no running instance of a pool called ${node}`,
    ],
    [
      "EC2 knows two",
      { ec2: "<r><instanceId>i-1</instanceId><instanceId>i-2</instanceId></r>" },
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

  it("comes first: a worker waits for it, and each decision takes a moment", () => {
    const request = (name: string, signerName: string) => ({
      metadata: { name, creationTimestamp: secondsAgo(400) },
      spec: { signerName, username: "u", groups: [bootstrappers], usages: ["any"], request: "" },
    });
    const serving = "kubernetes.io/kubelet-serving";
    const client = "kubernetes.io/kube-apiserver-client-kubelet";
    const items = [request("a", serving), request("b", client), request("c", serving), request("d", client)];
    const { calls } = runChore("csr-approve", [], {
      kubectl: { "get csr *": JSON.stringify({ items }) },
    });
    const order = changes(calls).map((call) => call.replace("kubectl certificate deny ", ""));
    assert.deepEqual(
      [order.slice(0, 2).sort(), order.slice(2).sort()],
      [
        ["b", "d"],
        ["a", "c"],
      ],
    );
  });

  it("is left alone where it is another's: renewals are the controller-manager's, other signers' their own", () => {
    for (const other of [
      { groups: ["system:nodes", "system:authenticated"] },
      { signerName: "kubernetes.io/kube-apiserver-client" },
    ])
      assert.deepEqual(decide(other), { change: [], log: [] });
  });
});
