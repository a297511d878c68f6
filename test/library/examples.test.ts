import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { region } from "../engine/region";
import { Config, Registered, run, runOf, stackConfig } from "../engine/stack";
import { withoutSecrets, withSecrets } from "../engine/wire";

const folder = path.join(__dirname, "../../examples");

/** Previews or updates the stack dev of an example. */
function example(
  project: string,
  preview: boolean,
  otherStacks: Record<string, Record<string, unknown>> = {},
) {
  const file = path.join(folder, project, "Pulumi.dev.yaml");
  const { config } = parse(readFileSync(file, "utf8")) as { config: Config };
  const index = path.join(folder, project, "index.ts");
  const program = async () => {
    delete require.cache[index];
    const exported = require(index);
    return typeof exported === "function" ? exported() : exported;
  };
  const here = { ...region(String(config["aws:region"])), otherStacks };
  return runOf(program, { ...config, name: "dev" }, { preview, project, region: here });
}

describe("The example two-regions", function () {
  this.timeout(180_000); // two clusters, on a machine that may be busy
  for (const preview of [true, false]) {
    it(`makes a cluster in each region in ${preview ? "a preview" : "an update"}`, async () => {
      const { resources, outputs } = await example("two-regions", preview);
      const regionsOf = (name: string) => {
        const of = resources.filter((each) => each.name.startsWith(`${name}-`));
        const text = JSON.stringify(of.map(({ inputs }) => withSecrets(inputs)));
        return [...new Set(text.match(/eu-(central|north)-1/g))];
      };
      assert.deepEqual(regionsOf("frankfurt"), ["eu-central-1"]);
      assert.deepEqual(regionsOf("stockholm"), ["eu-north-1"]);
      assert.deepEqual(Object.keys(outputs), ["frankfurt", "stockholm"]);
      assert.equal(outputs.stockholm.apiName, "api.stockholm.k8s.example.com");
    });
  }
});

describe("The example pool-from-another-stack", function () {
  this.timeout(180_000); // two clusters, on a machine that may be busy
  it("makes the same resources as a pool in the cluster's own stack", async () => {
    const batch = { min: 2, instanceTypes: ["m7i.xlarge", "m6i.xlarge"], labels: { team: "data" } };
    const dev = stackConfig("dev");
    const own = await run({ ...dev, workerPools: { ...(dev.workerPools as object), batch } });
    const cluster = await run(dev);
    const stacks = {
      "organization/pulumi-kubeadm/dev": withoutSecrets(cluster.outputs) as Record<string, unknown>,
    };
    const other = await example("pool-from-another-stack", false, stacks);
    const below = (resources: readonly Registered[], prefix: string) =>
      resources
        .filter(({ custom, name }) => custom && (name === prefix || name.startsWith(`${prefix}-`)))
        .sort((one, two) => (one.type < two.type ? -1 : 1));
    const [ours, theirs] = [below(own.resources, "dev-pool-batch"), below(other.resources, "batch")];
    const types = (all: Registered[]) => all.map(({ type }) => type);
    assert.deepEqual(types(theirs), types(ours));
    const told = (all: Registered[]) =>
      all.map(({ inputs: { name, policy, content } }) => ({ name, policy, content }));
    assert.deepEqual(told(theirs), told(ours));
    assert.ok(told(ours).some(({ policy }) => policy) && told(ours).some(({ content }) => content));
    assert.equal(other.outputs.groupName, "dev-pool-batch");
  });

  it("can be previewed before any resource of the pool exists", async () => {
    const cluster = await run(stackConfig("dev"));
    const stacks = {
      "organization/pulumi-kubeadm/dev": withoutSecrets(cluster.outputs) as Record<string, unknown>,
    };
    const { resources } = await example("pool-from-another-stack", true, stacks);
    const group = resources.find(({ type }) => type === "autoscaling.Group");
    assert.equal(group?.inputs.name, "dev-pool-batch");
  });
});
