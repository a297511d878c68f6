import { EC2 } from "@aws-sdk/client-ec2";
import { KMS } from "@aws-sdk/client-kms";
import * as automation from "@pulumi/pulumi/automation";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { runPreflight } from "../../../preflight/preflight";
import { parseSettings } from "../../../settings";
import { findEngine } from "../../engine";
import { authorization, region, withLocalAws } from "./localAws";

const account = "123456789012";
const settings = parseSettings({ name: "look", domain: "k8s.example.com" });

describe("What the account decides, looked up by the real provider in the local AWS,", function () {
  this.timeout(300_000);
  const local = withLocalAws();
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(os.tmpdir(), "look-ups-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** What a preview of a cluster's look-ups says, warnings included. */
  async function preview(): Promise<string> {
    const engine = await findEngine(() => undefined);
    const program = async () => void (await runPreflight(settings));
    const stack = await automation.LocalWorkspace.createOrSelectStack(
      { stackName: "look", projectName: "pulumi-kubeadm", program },
      {
        workDir: folder,
        pulumiCommand: engine.command,
        envVars: { ...engine.env, PULUMI_BACKEND_URL: `file://${folder}`, PULUMI_CONFIG_PASSPHRASE: "look" },
      },
    );
    await stack.setConfig("aws:region", { value: region });
    return stack.preview({ color: "never" }).then(
      ({ stdout }) => stdout,
      (error: Error) => error.message,
    );
  }

  const call = async (service: string, method: string, route: string, body: string, headers = {}) => {
    const answer = await fetch(`${local.url}${route}`, {
      ...{ method, body },
      headers: { Authorization: authorization(service), ...headers },
    });
    assert.ok(answer.ok, `${route}: ${answer.status}`);
    return answer;
  };

  it("is in order at first, without a warning", async () => {
    const said = await preview();
    assert.match(said, /\+ 1 to create/);
    assert.doesNotMatch(said, /cannot be looked up/);
  });

  it("is refused as a whole when it is in the way", async () => {
    await call(
      "local-aws",
      "PUT",
      "/local-aws/quotas",
      '{"L-1216C47A": 5, "L-0263D0A3": 2, "L-F678F1CE": 1}',
    );
    await call(
      "s3",
      "PUT",
      "/v20180820/configuration/publicAccessBlock",
      '<PublicAccessBlockConfiguration xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/"><BlockPublicPolicy>true</BlockPublicPolicy></PublicAccessBlockConfiguration>',
      { "x-amz-account-id": account },
    );
    const { KeyMetadata } = await new KMS({}).createKey({});
    const keyArn = KeyMetadata?.Arn ?? "";
    await new EC2({}).modifyEbsDefaultKmsKeyId({ KmsKeyId: keyArn });
    const said = await preview();
    for (const line of [
      "The account does not allow this cluster:",
      `account ${account}: quota of vCPUs of on-demand standard instances in ${region}: 5: the groups need 10 `,
      `account ${account}: quota of Elastic IP addresses in ${region}: 2: 0 are in use, and this cluster needs 3 more`,
      `account ${account}: quota of VPCs in ${region}: 1: 1 are in use, and this cluster needs 1 more`,
      `account ${account}: S3 Block Public Access: "BlockPublicPolicy": `,
      `account ${account}: default key of EBS volumes: "${keyArn}": cannot be granted to Auto Scaling`,
    ]) {
      assert.ok(said.includes(line), `${line}\nis not in\n${said}`);
    }
  });
});
