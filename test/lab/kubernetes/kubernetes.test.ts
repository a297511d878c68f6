import { equal } from "node:assert/strict";
import { kubeconfig } from "../../../components/kubeconfig";
import { identityIn, instanceOf, obstacleOf, type Node } from "../../../lab/kubernetes/kubernetes";

const node = (ready?: { status: string; message?: string }): Node => ({
  metadata: { name: "ip-10-0-0-5.ec2.internal" },
  spec: { providerID: "aws:///us-east-1a/i-0123456789abcdef0" },
  status: { conditions: ready && [{ type: "Ready", ...ready }] },
});

describe("A node as the lab sees it", () => {
  it("is of the instance that its provider id names", () => {
    equal(instanceOf(node()), "i-0123456789abcdef0");
    equal(instanceOf({ ...node(), spec: {} }), "");
  });

  it("has nothing against it if it is ready, or lacks the pod network alone", () => {
    equal(obstacleOf(node({ status: "True", message: "kubelet is posting ready status" })), undefined);
    const message = "container runtime network not ready: NetworkReady=false cni plugin not initialized";
    equal(obstacleOf(node({ status: "False", message })), undefined);
  });

  it("tells what it has against it otherwise", () => {
    equal(obstacleOf(node()), "it has reported nothing yet");
    equal(obstacleOf(node({ status: "False", message: "PLEG is not healthy" })), "PLEG is not healthy");
    equal(obstacleOf(node({ status: "Unknown" })), "Unknown");
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
