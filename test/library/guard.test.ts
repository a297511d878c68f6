import * as assert from "node:assert/strict";
import { Cluster } from "../../components/cluster";
import { readLastOutputs } from "../../preflight/lastOutputs";
import { runPreflight } from "../../preflight/preflight";
import { region } from "../engine/region";
import { runOf, stackConfig } from "../engine/stack";
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
  it("are made, and put out what each of them has", async () => {
    const { outputs } = await runOf(two("blue", "green"), config);
    assert.deepEqual(
      [outputs.east.nodeStoreBucket, outputs.west.nodeStoreBucket],
      [bucket("blue"), bucket("green")],
    );
  });

  it("stay as they are at the next up", async () => {
    const { outputs } = await runOf(two("blue", "green"), config);
    await runOf(two("blue", "green"), config, after(outputs));
  });

  it("are refused when one of them is renamed, and would be deleted for another", async () => {
    const { outputs } = await runOf(two("blue", "green"), config);
    await assert.rejects(runOf(two("blue", "red"), config, after(outputs)), (error: Error) => {
      assert.match(error.message, /name: "red": this stack has the cluster of the node store green-nodes-/);
      return true;
    });
  });
});
