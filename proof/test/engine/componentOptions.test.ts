import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as automation from "@pulumi/pulumi/automation";
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Cluster, parseSettings, type PreflightResult } from "../../../library";
import { findEngine } from "../../engine";
import { localAwsEnvironment } from "../../local/aws/environment";

/** What `runPreflight` would find, so that the preview needs no AWS. */
const preflight = {
  ...{ accountId: "123456789012", region: "eu-north-1", partition: "aws", dnsSuffix: "amazonaws.com" },
  zones: ["eu-north-1a", "eu-north-1b", "eu-north-1c"],
  images: [{ release: "4757.2.2", architecture: "amd64", sourceAmiId: "ami-0123456789abcdef0" }],
  natAddresses: [],
  ownManifests: [],
} satisfies PreflightResult;

/** Tags every VPC, and names whatever the engine asks it about. */
const tagging =
  (asked: Set<string>): pulumi.ResourceTransform =>
  ({ type, props, opts }) => {
    asked.add(type);
    return type === "aws:ec2/vpc:Vpc"
      ? { props: { ...props, tags: { ...props.tags, team: "a" } }, opts }
      : undefined;
  };

/**
 * Mocks never call transforms, and do not resolve providers: this is the engine itself, which previews a cluster.
 * Nobody answers at the address of AWS, and a preview of new resources asks nothing.
 */
describe("A cluster in a preview by the engine itself", function () {
  this.timeout(900_000); // a new machine builds the engine first
  const asked = new Set<string>();
  const made: automation.StepEventStateMetadata[] = [];
  let folder: string;

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "options-"));
    const engine = await findEngine(() => undefined);
    const program = async () => {
      const unasked = { skipCredentialsValidation: true, skipRequestingAccountId: true };
      const provider = new aws.Provider("stockholm", { region: "eu-north-1", ...unasked });
      const settings = parseSettings({
        name: "blue",
        domain: "k8s.example.com",
        versions: { flatcar: "4757.2.2" },
      });
      new Cluster(
        "blue",
        { settings, preflight: { ...preflight, provider } },
        { providers: [provider], protect: true, transforms: [tagging(asked)] },
      );
    };
    const environment = localAwsEnvironment({}, "http://127.0.0.1:1", "eu-central-1") as Record<
      string,
      string
    >;
    const stack = await automation.LocalWorkspace.createStack(
      { stackName: "dev", projectName: "options", program },
      {
        pulumiCommand: engine.command,
        envVars: {
          ...environment,
          ...engine.env,
          PULUMI_BACKEND_URL: `file://${folder}`,
          PULUMI_CONFIG_PASSPHRASE: "",
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      },
    );
    await stack.setConfig("aws:region", { value: "eu-central-1" });
    await stack.preview({
      onEvent: ({ resourcePreEvent }) => {
        const state = resourcePreEvent?.metadata.new;
        if (state !== undefined) made.push(state);
      },
    });
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const ofAws = () => made.filter(({ type }) => type.startsWith("aws:"));

  it("hands every one of its resources to the transforms that it is given", () => {
    const vpc = made.find(({ type }) => type === "aws:ec2/vpc:Vpc");
    assert.equal(vpc?.inputs.tags.team, "a");
    assert.equal(vpc?.inputs.tags.Name, "blue");
    const types = made.map(({ type }) => type).filter((type) => !type.startsWith("pulumi:"));
    assert.deepEqual(
      [...new Set(types)].filter((type) => !asked.has(type)),
      [],
    );
  });

  it("is protected as a whole", () => {
    const open = made.filter(({ type, protect }) => !type.startsWith("pulumi:") && !protect);
    assert.deepEqual(
      open.map(({ urn }) => urn),
      [],
    );
  });

  it("is made by the provider of its list, whatever the stack's own is", () => {
    assert.ok(ofAws().length > 80, `only ${ofAws().length} AWS resources`);
    const others = ofAws().filter(({ provider }) => !provider.includes("::stockholm::"));
    assert.deepEqual(
      others.map(({ urn }) => urn),
      [],
    );
  });
});
