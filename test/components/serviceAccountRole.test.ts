import * as assert from "node:assert/strict";
import { ServiceAccountRole } from "../../components/pods/serviceAccountRole";
import { policies } from "./policies";
import { runOf, stackConfig } from "../engine/stack";

describe("A service account's role", () => {
  const policy = {
    Version: "2012-10-17" as const,
    Statement: [{ Effect: "Allow" as const, Action: "ec2:DescribeVolumes", Resource: "*" }],
  };

  it("is one role with one policy for one service account, and belongs to its component", async () => {
    const made = await runOf(async () => {
      const role = new ServiceAccountRole("csi", {
        oidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/issuer.example.com",
        oidcIssuer: "https://issuer.example.com",
        namespace: "kube-system",
        serviceAccount: "ebs-csi-controller",
        policy,
      });
      return { arn: role.arn };
    }, stackConfig("dev"));
    assert.deepEqual(
      made.resources.map(({ key, parent }) => [key, parent]),
      [
        ["Stack pulumi-kubeadm-dev", undefined],
        ["ServiceAccountRole csi", "Stack pulumi-kubeadm-dev"],
        ["iam.Role csi", "ServiceAccountRole csi"],
        ["iam.RolePolicy csi", "ServiceAccountRole csi"],
      ],
    );
    assert.deepEqual(policies(made).get("iam.RolePolicy csi policy"), policy.Statement);
    assert.deepEqual(policies(made).get("iam.Role csi assumeRolePolicy"), [
      {
        Effect: "Allow",
        Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/issuer.example.com" },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            "issuer.example.com:aud": "sts.amazonaws.com",
            "issuer.example.com:sub": "system:serviceaccount:kube-system:ebs-csi-controller",
          },
        },
      },
    ]);
    assert.equal(made.outputs.arn, "arn:aws:iam::123456789012:role/csi");
  });
});
