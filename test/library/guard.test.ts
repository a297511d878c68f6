import * as assert from "node:assert/strict";
import { Cluster } from "../../components/cluster";
import { readLastOutputs } from "../../preflight/cluster/lastOutputs";
import { runPreflight } from "../../preflight/preflight";
import { region } from "../engine/region";
import { type Run, runOf, stackConfig } from "../engine/stack";
import { settingsOf } from "./settingsOf";

const config = stackConfig("dev");
const bucket = (name: string) => `${name}-nodes-123456789012-eu-central-1`;

/** A program with two clusters, each of which puts its outputs out under a name of its own. */
const two = (first: string, second: string) => async () => {
  const cluster = async (output: string, name: string) => {
    const settings = settingsOf(name);
    const preflight = await runPreflight(settings, { lastOutputs: await readLastOutputs(output) });
    return new Cluster(output, { settings, preflight }).outputs;
  };
  return { east: await cluster("east", first), west: await cluster("west", second) };
};

const after = (lastOutputs: Record<string, unknown>) => ({
  region: { ...region("eu-central-1"), lastOutputs },
});

describe("Two clusters in one program", function () {
  this.timeout(180_000); // two clusters, on a machine that may be busy
  let made: Promise<Run> | undefined;
  const first = () => (made ??= runOf(two("blue", "green"), config));

  it("are made, and each exports its own outputs", async () => {
    const { outputs } = await first();
    assert.deepEqual(
      [outputs.east.nodeStoreBucket, outputs.west.nodeStoreBucket],
      [bucket("blue"), bucket("green")],
    );
  });

  it("do not change at the next up", async () => {
    const { outputs } = await first();
    await runOf(two("blue", "green"), config, after(outputs));
  });

  it("are refused when one of them is renamed, because it would be deleted", async () => {
    const { outputs } = await first();
    await assert.rejects(runOf(two("blue", "red"), config, after(outputs)), (error: Error) => {
      assert.match(
        error.message,
        /name: "red": pulumi up would delete this stack's cluster, whose node store is green-nodes-/,
      );
      return true;
    });
  });
});
