import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Cluster, runPreflight, parseSettings, ServiceAccountRole, WorkerPool } from "../../library";
import { Registered, runOf, stackConfig } from "../engine/stack";
import { withSecrets } from "../engine/wire";
import { settingsOf } from "./settingsOf";

const config = stackConfig("dev");

/** What somebody writes whose program runs without a check of its types. */
const unchecked = (value: unknown): any => value;

const sources =
  "a value from the configuration, or an awaited one, such as `await stackReference.requireOutputValue(name)`";

describe("An Output", () => {
  it("is refused as a setting; the message names its key and what to use instead", () => {
    const vpcId = pulumi.output("vpc-1");
    const raw = {
      ...{ name: "blue", domain: "k8s.example.com" },
      existingVpc: { vpcId, privateSubnetIds: ["subnet-1", Promise.resolve("subnet-2")] },
    };
    const remedy = `settings are read before any resource is made: use ${sources}`;
    assert.throws(() => parseSettings(raw), {
      message: [
        "2 settings are wrong (docs/settings.md describes each):",
        `  pulumi-kubeadm:existingVpc.vpcId: an Output: ${remedy}`,
        `  pulumi-kubeadm:existingVpc.privateSubnetIds[1]: a Promise: ${remedy}`,
      ].join("\n"),
    });
  });

  it("is refused in the settings of a cluster, which takes Outputs in no argument", async () => {
    const program = async () => {
      const settings = settingsOf("blue");
      const preflight = await runPreflight(settings);
      const late = { ...settings, api: { ...settings.api, allowedCidrs: [pulumi.output("10.0.0.0/8")] } };
      new Cluster("blue", { settings: unchecked(late), preflight });
    };
    await assert.rejects(runOf(program, config), {
      message:
        "Cluster blue: settings.api.allowedCidrs[0] is an Output. Plain values are needed for settings and preflight, " +
        `which decide whether there is a resource, and how many. Use ${sources}. No argument takes an Output.`,
    });
  });

  it("is refused in the settings of a worker pool; the message names the arguments that take Outputs", async () => {
    const program = async () => {
      const { workers } = settingsOf("blue").workerPools;
      new WorkerPool("batch", {
        pool: "batch",
        settings: unchecked({ ...workers, max: pulumi.output(3) }),
        cluster: unchecked({}),
        keyArn: "",
        subnetIds: [],
        imageId: "",
        securityGroupId: "",
      });
    };
    await assert.rejects(runOf(program, config), {
      message:
        "WorkerPool batch: settings.max is an Output. Plain values are needed for pool and settings, " +
        `which decide whether there is a resource, and how many. Use ${sources}. ` +
        "Outputs go into cluster, keyArn, subnetIds, imageId, securityGroupId.",
    });
  });

  it("is accepted in every argument of a service account's role", async () => {
    const { resources } = await runOf(async () => {
      new ServiceAccountRole("shop", {
        oidcProviderArn: pulumi.output("arn:aws:iam::123456789012:oidc-provider/issuer"),
        oidcIssuer: pulumi.output("https://issuer"),
        namespace: pulumi.output("web"),
        serviceAccount: pulumi.output("shop"),
        policy: pulumi.output({ Version: "2012-10-17" as const, Statement: [] }),
        tags: pulumi.output({ team: "a" }),
      });
    }, config);
    const role = resources.find(({ type }) => type === "iam.Role") as Registered;
    assert.match(JSON.stringify(withSecrets(role.inputs)), /system:serviceaccount:web:shop/);
    assert.deepEqual(role.inputs.tags, { team: "a" });
  });
});

describe("A preflight that nobody awaited", () => {
  it("is refused", async () => {
    const program = async () => {
      const settings = settingsOf("blue");
      const preflight = runPreflight(settings);
      await preflight;
      new Cluster("blue", { settings, preflight: unchecked(preflight) });
    };
    await assert.rejects(runOf(program, config), /Cluster blue: preflight is a Promise\./);
  });
});
