import { deepEqual, equal } from "node:assert/strict";
import { kubeconfig } from "../../../../components/pki/kubeconfig";
import {
  identityIn,
  instanceOf,
  obstaclesTo,
  othersThan,
  type Node,
} from "../../../lab/kubernetes/kubernetes";

const id = "i-0123456789abcdef0";

const node = (ready?: { status: string; message?: string }): Node => ({
  metadata: { name: "ip-10-0-0-5.ec2.internal" },
  spec: { providerID: `aws:///us-east-1a/${id}` },
  status: { conditions: ready && [{ type: "Ready", ...ready }] },
});

describe("A node as the lab sees it", () => {
  it("is of the instance that its provider id names", () => {
    equal(instanceOf(node()), id);
    equal(instanceOf({ ...node(), spec: {} }), "");
  });

  it("has nothing against it if it is ready", () => {
    const ready = node({ status: "True", message: "kubelet is posting ready status" });
    deepEqual(obstaclesTo([id], [ready]), []);
    deepEqual(othersThan([id], [ready]), []);
  });

  it("tells what it has against it otherwise", () => {
    const message = "container runtime network not ready: NetworkReady=false cni plugin not initialized";
    deepEqual(obstaclesTo([id], [node({ status: "False", message })]), [`${id}: ${message}`]);
    deepEqual(obstaclesTo([id], [node({ status: "Unknown" })]), [`${id}: Unknown`]);
    deepEqual(obstaclesTo([id], [node()]), [`${id}: it has reported nothing yet`]);
    deepEqual(obstaclesTo([id], []), [`${id} has no node`]);
  });

  it("is one too many if its instance is none of those that are wanted", () => {
    deepEqual(othersThan(["i-1"], [node()]), ["the node ip-10-0-0-5.ec2.internal is there"]);
  });
});

describe("The administrator's identity", () => {
  it("is the certificate and the key of the kubeconfig's user", () => {
    const text = kubeconfig({
      ...{ cluster: "lab", server: "https://api.lab.example.com:6443", caPem: "ca\n" },
      ...{ certificatePem: "certificate\n", privateKeyPem: "key\n" },
    });
    equal(identityIn(text), "certificate\nkey\n");
  });
});
