import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Cluster } from "../../components/cluster";
import { runPreflight } from "../../preflight/preflight";
import { Run, runOf, stackConfig } from "../engine/stack";
import { settingsOf } from "./settingsOf";

const config = stackConfig("dev");

/** A program with one cluster that is given these options. */
const withOptions = (
  opts: pulumi.ComponentResourceOptions,
  others: Record<string, unknown> = {},
): Promise<Run> =>
  runOf(async () => {
    const settings = settingsOf("blue", others);
    return new Cluster("blue", { settings, preflight: await runPreflight(settings) }, opts).outputs;
  }, config);

describe("A cluster is given", () => {
  it("protect: true, and everything in it is protected, even against its own settings", async () => {
    for (const protect of [false, true]) {
      const { resources } = await withOptions({ protect: true }, { protect });
      const open = resources.filter((each) => each.type !== "Stack" && !each.protect);
      assert.deepEqual(
        open.map(({ key }) => key),
        [],
      );
    }
  });

  it("no protect option, and only its settings decide what is protected", async () => {
    const open = await withOptions({});
    assert.ok(open.resources.every(({ protect }) => !protect));
    const kept = await withOptions({}, { protect: true });
    assert.ok(kept.resources.some(({ key, protect }) => key === "s3.Bucket blue-store" && protect));
  });

  it("a transformation, and it tags everything", async () => {
    const { resources } = await withOptions({
      transformations: [
        ({ type, props, opts }) =>
          type === "aws:ec2/vpc:Vpc"
            ? { props: { ...props, tags: { ...props.tags, team: "a" } }, opts }
            : undefined,
      ],
    });
    const vpc = resources.find(({ type }) => type === "ec2.Vpc");
    assert.equal(vpc?.inputs.tags.team, "a");
  });

  it("an alias, and the engine applies it to all names that begin with the cluster's", async () => {
    const { resources } = await withOptions({ aliases: [{ name: "green" }] });
    const cluster = resources.find(({ type }) => type === "Cluster");
    assert.deepEqual(cluster?.formerNames, ["green"]);
    const others = resources.filter(({ type }) => type !== "Stack" && type !== "Cluster");
    assert.deepEqual(
      others.filter(({ name }) => !name.startsWith("blue-")).map(({ key }) => key),
      [],
    );
  });
});
