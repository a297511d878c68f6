import * as aws from "@pulumi/aws";
import * as assert from "node:assert/strict";
import { Cluster } from "../../components/cluster";
import { runPreflight } from "../../preflight/preflight";
import { Run, runOf, stackConfig } from "../engine/stack";
import { withSecrets } from "../engine/wire";
import { Owner } from "./owner";
import { settingsOf } from "./settingsOf";

/** Of the region eu-central-1. */
const config = stackConfig("dev");

describe("A cluster that is given a provider of another region", () => {
  const settings = settingsOf("north");
  let run: Run;
  before(async () => {
    run = await runOf(async () => {
      const provider = new aws.Provider("stockholm", { region: "eu-north-1" });
      const preflight = await runPreflight(settings, { provider });
      return new Cluster("north", { settings, preflight }, { provider }).outputs;
    }, config);
  });

  it("names the stack's region nowhere", () => {
    const wrong = run.resources.filter(({ inputs }) =>
      JSON.stringify(withSecrets(inputs)).includes("eu-central-1"),
    );
    assert.deepEqual(
      wrong.map(({ key }) => key),
      [],
    );
    assert.ok(!JSON.stringify(withSecrets(run.outputs)).includes("eu-central-1"));
    const naming = run.resources.filter(({ inputs }) =>
      JSON.stringify(withSecrets(inputs)).includes("eu-north-1"),
    );
    assert.ok(naming.length > 50, `only ${naming.length} resources name eu-north-1`);
  });

  it("makes every AWS resource by that provider", () => {
    const others = run.resources.filter(
      ({ custom, provider, type }) => custom && !/^(tls|random)\./.test(type) && provider !== "stockholm",
    );
    assert.deepEqual(
      others.map(({ key }) => key),
      ["aws stockholm"],
    );
  });
});

describe("A cluster whose preflight used another provider", () => {
  const settings = settingsOf("north");

  it("is refused, because its names and policies would be of another region", async () => {
    const program = async () => {
      const provider = new aws.Provider("stockholm", { region: "eu-north-1" });
      new Cluster("north", { settings, preflight: await runPreflight(settings) }, { provider });
    };
    await assert.rejects(runOf(program, config), {
      message:
        "the preflight of north used another AWS provider than its own: give runPreflight the same one",
    });
  });

  it("is accepted when the provider comes from its owner", async () => {
    const { resources } = await runOf(async () => {
      const provider = new aws.Provider("stockholm", { region: "eu-north-1" });
      const owner = new Owner("owner", { provider });
      const preflight = await runPreflight(settings, { parent: owner });
      new Cluster("north", { settings, preflight }, { parent: owner });
    }, config);
    assert.ok(
      resources.some(({ key, provider }) => key === "ec2.Vpc north-network" && provider === "stockholm"),
    );
  });
});
