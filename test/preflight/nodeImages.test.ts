import * as assert from "node:assert/strict";
import { afterwards } from "../engine/afterwards";
import { changes } from "../engine/changes";
import { region, Region } from "../engine/region";
import { attempt, run, stackConfig } from "../engine/stack";

const dev = stackConfig("dev");
const here = region("eu-central-1");
const unpublished = (where: Region): Region => ({ ...where, flatcar: ["4757.2.2", "4757.2.10"] });
const at = (flatcar: string) => ({ ...dev, versions: { flatcar } });

describe("The images of the nodes", function () {
  this.timeout(120_000); // several runs of the whole program in one test

  it("are the cluster's own copies, one for each architecture in use, and nodes use no other image", async () => {
    const { resources } = await run(
      { ...stackConfig("local"), "aws:region": "eu-central-1" },
      { region: here },
    );
    const copies = resources.filter(({ type }) => type === "ec2.AmiCopy");
    assert.deepEqual(
      copies.map(({ inputs, ignoreChanges }) => [inputs.name, ignoreChanges]),
      ["amd64", "arm64"].map((architecture) => [`local-flatcar-4757.2.1-${architecture}`, ["sourceAmiId"]]),
    );
    const templates = resources.filter(({ type }) => type === "ec2.LaunchTemplate");
    assert.deepEqual(
      templates.map(({ name, inputs }) => [name, inputs.imageId]),
      [
        ["local-controllers", "AmiCopy:local-images-4757.2.1-amd64"],
        ["local-pool-workers", "AmiCopy:local-images-4757.2.1-amd64"],
        ["local-pool-arm", "AmiCopy:local-images-4757.2.1-arm64"],
      ],
    );
  });

  it("stay when Flatcar deletes its images, and nothing else changes", async () => {
    const made = await run(dev, { region: here });
    const next = await run(dev, { region: unpublished(afterwards(made, here)) });
    // The engine leaves this input as it is, as the resource says.
    assert.deepEqual(changes(made, next), { "ec2.AmiCopy dev-images-4757.2.1-amd64": "sourceAmiId" });
  });

  it("are refused if there is neither copy nor image; the message names the newest release", async () => {
    const { error } = await attempt(dev, { region: unpublished(here) });
    assert.match(
      error?.message ?? "",
      /versions\.flatcar: "4757\.2\.1": Flatcar publishes no amd64 image of it in eu-central-1, and deletes images after nine months: the newest is 4757\.2\.10$/,
    );
  });

  it("of the previous release stay for a rollback, even if Flatcar deletes its images; older ones are deleted", async () => {
    const made = await run(dev, { region: here });
    const later = await run(at("4757.2.2"), { region: unpublished(afterwards(made, here)) });
    assert.equal(changes(made, later)["ec2.AmiCopy dev-images-4757.2.2-amd64"], "+");
    const back = await run(dev, { region: unpublished(afterwards(later, here)) });
    const used = (from: typeof back) =>
      from.resources.find(({ key }) => key === "ec2.LaunchTemplate dev-controllers")?.inputs
        .imageId as string;
    assert.equal(used(later), "AmiCopy:dev-images-4757.2.2-amd64");
    assert.equal(used(back), "AmiCopy:dev-images-4757.2.1-amd64");
    const third = await run(at("4757.2.10"), { region: unpublished(afterwards(later, here)) });
    const copies = third.resources
      .filter(({ type }) => type === "ec2.AmiCopy")
      .map(({ inputs }) => inputs.name);
    assert.deepEqual(copies, ["dev-flatcar-4757.2.10-amd64", "dev-flatcar-4757.2.2-amd64"]);
  });

  for (const [name, partition] of [
    ["us-gov-west-1", "aws-us-gov"],
    ["cn-north-1", "aws-cn"],
  ]) {
    it(`are refused in ${partition}, which has none`, async () => {
      const { error } = await attempt({ ...dev, "aws:region": name }, { region: region(name) });
      assert.match(
        error?.message ?? "",
        new RegExp(
          `not supported: Flatcar publishes no image for ${name}, which is in the partition ${partition}`,
        ),
      );
    });
  }
});
