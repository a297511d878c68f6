import assert from "node:assert/strict";
import { changes, runChore } from "../scripts/chore";
import { instance, nodeList, requestFor, running, secondsAgo } from "./csr";

describe("A kubelet's request for a serving certificate", function () {
  this.timeout(60_000);
  const node = "ip-10-0-0-20.eu-west-1.compute.internal";
  const own = instance("i-1", node, "10.0.0.20");

  interface Request {
    node?: string;
    providerId?: string;
    subject?: string;
    sans?: string;
    /** The object's text, from the one that kubelets would write. @default - that one */
    text?: (pem: string) => string;
    usages?: string[];
    groups?: string[];
    ec2?: string;
    /** Time of its creation. @default now */
    since?: string;
  }

  /** The hex of a SEQUENCE of dNSNames. */
  const sequence = (names: readonly string[]) => {
    const element = (tag: number, contents: Buffer) =>
      Buffer.concat([Buffer.from([tag, contents.length]), contents]);
    return element(0x30, Buffer.concat(names.map((name) => element(0x82, Buffer.from(name))))).toString(
      "hex",
    );
  };

  function decide(request: Request) {
    const { node: name = node, providerId = "aws:///eu-west-1a/i-1" } = request;
    const { subject = `/O=system:nodes/CN=system:node:${name}`, sans = `DNS:${name},IP:10.0.0.20` } = request;
    const { text = (pem: string) => pem } = request;
    const pem = Buffer.from(requestFor(subject, sans), "base64").toString();
    const csr = {
      metadata: { name: "csr-1", creationTimestamp: request.since ?? secondsAgo(0) },
      spec: {
        signerName: "kubernetes.io/kubelet-serving",
        username: `system:node:${name}`,
        groups: request.groups ?? ["system:nodes", "system:authenticated"],
        usages: request.usages ?? ["digital signature", "server auth"],
        request: Buffer.from(text(pem)).toString("base64"),
      },
    };
    const decided = { ...csr, metadata: { name: "old" }, status: { conditions: [{ type: "Approved" }] } };
    const { calls, log } = runChore("csr-approve", [], {
      kubectl: {
        "get csr *": JSON.stringify({ items: [decided, csr] }),
        "get nodes *": nodeList({ [name]: providerId }),
      },
      aws: { [running]: request.ec2 ?? own },
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

  it("is denied to a node whose name differs from the host name of its instance", () => {
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

  const notWritten = "it is not written as kubelets write theirs";
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
    ["names something else than hosts", { sans: `DNS:${node},email:a@b.c` }, notWritten],
    [
      "hides another host behind a line break",
      { sans: `DER:${sequence(["api.demo.example.com", `${node}\n x`])}` },
      `not a name or address of this node: DNS:api.demo.example.com, DNS:${node}? x`,
    ],
    [
      "names an address of another length",
      { sans: "DER:300587030a0000" },
      "not a name or address of this node: IP Address:10.0.0",
    ],
    [
      "is one of two in a text of which openssl and the signer may each take another",
      { text: (pem) => `${"x".repeat(254)}${pem}${pem}` },
      notWritten,
    ],
    ["is none", { text: () => "soon" }, notWritten],
    ["names nothing", { sans: "" }, "it names nothing"],
    [
      "is for another node",
      { subject: "/O=system:nodes/CN=system:node:other" },
      "it is for another node, other",
    ],
    ["is for another group", { subject: `/O=system:masters/CN=system:node:${node}` }, notWritten],
    ["is for two groups", { subject: `/O=system:nodes/O=system:masters/CN=system:node:${node}` }, notWritten],
    [
      "asks for a client certificate",
      { usages: ["digital signature", "client auth"] },
      "its usages are not those of a kubelet's serving certificate",
    ],
    [
      "asks for a client certificate too",
      { usages: ["server auth", "client auth"] },
      "its usages are not those of a kubelet's serving certificate",
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

  it("is denied if EC2 knows no such instance after five minutes, so that it does not fill the log", () => {
    assert.deepEqual(decide({ ec2: "<r></r>", since: secondsAgo(280) }).change, []);
    assert.deepEqual(decide({ ec2: "<r></r>", since: secondsAgo(310) }), {
      change: ["kubectl certificate deny csr-1"],
      log: [
        `csr-approve: denied csr-1 of system:node:${node}: EC2 knows no running instance of this cluster for it`,
      ],
    });
  });

  it("of a node with an invalid name never reaches kubectl's command line", () => {
    const { change, log } = decide({ node: "--server=10.0.0.99", sans: "IP:10.0.0.20" });
    assert.deepEqual(change, ["kubectl certificate deny csr-1"]);
    assert.match(log.join(), /: it is not written as kubelets write theirs$/);
  });
});
