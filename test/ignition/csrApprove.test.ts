import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { changes, leading, runChore } from "./chore";

const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null"];

/** What a CSR object holds: a request for a subject and alternative names, base64. */
function requestFor(subject: string, sans: string): string {
  const extension = sans ? ["-addext", `subjectAltName=${sans}`] : [];
  return execFileSync("openssl", ["req", ...key, "-subj", subject, ...extension], {
    stdio: "pipe",
  }).toString("base64");
}

const secondsAgo = (seconds: number) =>
  `${new Date(Date.now() - seconds * 1000).toISOString().slice(0, 19)}Z`;

const running =
  "Filter.1.Name=tag:kubernetes.io/cluster/demo Filter.1.Value.1=owned Filter.2.Name=instance-state-name Filter.2.Value.1=running";

describe("A kubelet's request for a serving certificate", () => {
  const node = "ip-10-0-0-20.eu-west-1.compute.internal";
  const instance = `<r><instanceId>i-1</instanceId><privateDnsName>${node}</privateDnsName>
    <privateIpAddress>10.0.0.20</privateIpAddress></r>`;

  interface Request {
    node?: string;
    providerId?: string;
    subject?: string;
    sans?: string;
    usages?: string[];
    groups?: string[];
    ec2?: string;
    /** When it was made. @default now */
    since?: string;
  }

  function decide(request: Request) {
    const { node: name = node, providerId = "aws:///eu-west-1a/i-1" } = request;
    const { subject = `/O=system:nodes/CN=system:node:${name}`, sans = `DNS:${name},IP:10.0.0.20` } = request;
    const csr = {
      metadata: { name: "csr-1", creationTimestamp: request.since ?? secondsAgo(0) },
      spec: {
        signerName: "kubernetes.io/kubelet-serving",
        username: `system:node:${name}`,
        groups: request.groups ?? ["system:nodes", "system:authenticated"],
        usages: request.usages ?? ["digital signature", "server auth"],
        request: requestFor(subject, sans),
      },
    };
    const decided = { ...csr, metadata: { name: "old" }, status: { conditions: [{ type: "Approved" }] } };
    const { calls, log } = runChore("csr-approve", [], {
      kubectl: {
        ...leading,
        "get csr *": JSON.stringify({ items: [decided, csr] }),
        [`get node ${name} *`]: providerId,
      },
      aws: {
        [`ec2 Action=DescribeInstances ${running} Filter.3.Name=instance-id Filter.3.Value.1=i-1`]:
          request.ec2 ?? instance,
      },
    });
    return { change: changes(calls), log };
  }

  it("is approved if it names the node and its address as EC2 does", () => {
    assert.deepEqual(decide({}), {
      change: ["kubectl certificate approve csr-1"],
      log: [`csr-approve: approved csr-1 of system:node:${node}`],
    });
  });

  it("is approved in a VPC whose DHCP options give hosts a domain that EC2 does not know", () => {
    const node = "ip-10-0-0-20.corp.example.com";
    assert.deepEqual(decide({ node }).change, ["kubectl certificate approve csr-1"]);
    const sans = `DNS:${node},DNS:ip-10-0-0-20.eu-west-1.compute.internal,IP:10.0.0.20`;
    assert.deepEqual(decide({ node, sans }).change, ["kubectl certificate approve csr-1"]);
  });

  it("is denied to a node that is not of the host name of the instance which it says it is", () => {
    for (const node of ["api.demo.example.com", "ip-10-0-0-30.eu-west-1.compute.internal"]) {
      for (const sans of [`DNS:${node}`, "IP:10.0.0.20"]) {
        assert.deepEqual(decide({ node, sans, since: secondsAgo(310) }), {
          change: ["kubectl certificate deny csr-1"],
          log: [
            `csr-approve: denied csr-1 of system:node:${node}: EC2 knows no running instance of this cluster for it`,
          ],
        });
      }
    }
  });

  const refused: [string, Request, string][] = [
    [
      "names another address",
      { sans: `DNS:${node},IP:10.0.0.99` },
      "not a name or address of this node: IP Address:10.0.0.99",
    ],
    [
      "names another host",
      { sans: "DNS:api.demo.example.com" },
      "not a name or address of this node: DNS:api.demo.example.com",
    ],
    [
      "names a wildcard",
      { sans: "DNS:*.eu-west-1.compute.internal" },
      "not a name or address of this node: DNS:*.eu-west-1.compute.internal",
    ],
    [
      "names something else than hosts",
      { sans: `DNS:${node},email:a@b.c` },
      "not a name or address of this node: email:a@b.c",
    ],
    ["names nothing", { sans: "" }, "not a name or address of this node: none at all"],
    [
      "is for another node",
      { subject: "/O=system:nodes/CN=system:node:other" },
      "its subject is CN=system:node:other,O=system:nodes",
    ],
    [
      "is for another group",
      { subject: `/O=system:masters/CN=system:node:${node}` },
      `its subject is CN=system:node:${node},O=system:masters`,
    ],
    [
      "is for two groups",
      { subject: `/O=system:nodes/O=system:masters/CN=system:node:${node}` },
      `its subject is CN=system:node:${node},O=system:masters,O=system:nodes`,
    ],
    [
      "asks for a client certificate",
      { usages: ["digital signature", "client auth"] },
      "its usages are not those of a serving certificate",
    ],
    [
      "asks for a client certificate too",
      { usages: ["server auth", "client auth"] },
      "its usages are not those of a serving certificate",
    ],
    ["comes from no node", { groups: ["system:authenticated"] }, "not from a node"],
  ];
  for (const [what, request, reason] of refused) {
    it(`is denied with the reason if it ${what}`, () => {
      assert.deepEqual(decide(request), {
        change: ["kubectl certificate deny csr-1"],
        log: [`csr-approve: denied csr-1 of system:node:${node}: ${reason}`],
      });
    });
  }

  const unknown: [string, Request][] = [
    ["EC2 knows no such instance of the cluster", { ec2: "<r></r>" }],
    ["EC2 knows two", { ec2: `${instance}<instanceId>i-2</instanceId>` }],
    ["its Node is not there, or does not tell its instance", { providerId: "" }],
    ["its Node tells no instance of AWS", { providerId: "aws:///eu-west-1a/i-1,i-2" }],
  ];
  for (const [what, request] of unknown) {
    it(`waits while ${what}`, () => {
      const log = [
        `csr-approve: csr-1 of system:node:${node} waits: EC2 knows no running instance of this cluster for it`,
      ];
      assert.deepEqual(decide(request), { change: [], log });
    });
  }

  it("is denied where EC2 knows no such instance after five minutes: the log is not filled with it", () => {
    assert.deepEqual(decide({ ec2: "<r></r>", since: secondsAgo(280) }).change, []);
    assert.deepEqual(decide({ ec2: "<r></r>", since: secondsAgo(310) }), {
      change: ["kubectl certificate deny csr-1"],
      log: [
        `csr-approve: denied csr-1 of system:node:${node}: EC2 knows no running instance of this cluster for it`,
      ],
    });
  });

  it("of a node whose name is none never reaches kubectl's command line", () => {
    const { change, log } = decide({ node: "--server=10.0.0.99", sans: "IP:10.0.0.20" });
    assert.deepEqual(change, []);
    assert.match(log.join(), /waits/);
  });
});

describe("A worker's request for its first client certificate", () => {
  const node = "ip-10-0-0-20.corp.example.com";
  const bootstrappers = "system:bootstrappers:kubeadm:default-node-token";

  interface Request {
    subject?: string;
    sans?: string;
    usages?: string[];
    groups?: string[];
    signerName?: string;
    /** Of the Node that is there. */
    providerId?: string;
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
        ...leading,
        "get csr *": JSON.stringify({ items: [csr] }),
        [`get node ${node} *`]: request.providerId ?? "",
      },
      aws: {
        [`ec2 Action=DescribeInstances ${running} ${named} ${ofPool}`]:
          request.ec2 ?? "<r><instanceId>i-1</instanceId></r>",
      },
    });
    return { change: changes(calls), log };
  }

  it("is approved for a running instance of a pool that is no Node yet", () => {
    assert.deepEqual(decide({}), {
      change: ["kubectl certificate approve csr-1"],
      log: ["csr-approve: approved csr-1 of system:bootstrap:abcdef"],
    });
  });

  const refused: [string, Request, string][] = [
    [
      "is in the name of a Node that is there: whoever has a token could be any node",
      { providerId: "aws:///eu-west-1a/i-1" },
      `the Node ${node} is there already`,
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
      { providerId: "aws:///eu-west-1a/i-11" },
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
      kubectl: { ...leading, "get csr *": JSON.stringify({ items }) },
    });
    assert.deepEqual(
      changes(calls),
      ["b", "d", "a", "c"].map((name) => `kubectl certificate deny ${name}`),
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
