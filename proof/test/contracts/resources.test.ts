import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { run, stackConfig } from "../../../test/engine/stack";
import { findPython } from "../../local/aws/python";
import schemas from "./resourceSchemas.json";

interface Resource {
  readonly key: string;
  readonly type: string;
  readonly inputs: object;
}

interface Comparison {
  /** Values that were held to a schema. */
  readonly properties: number;
  readonly faults: readonly string[];
  readonly unknown: readonly string[];
}

describe("Resources, by CloudFormation's schemas", () => {
  let python: string;
  before(async function () {
    this.timeout(120_000); // the first use on a machine installs the packages
    python = await findPython(console.log);
  });

  function compare(resources: readonly Resource[]): Comparison {
    const { stdout, stderr } = spawnSync(python, [path.join(__dirname, "resource_schemas.py")], {
      input: JSON.stringify({ ...schemas, resources }),
      encoding: "utf8",
      maxBuffer: 10_000_000,
    });
    assert.notEqual(stdout, "", stderr);
    return JSON.parse(stdout) as Comparison;
  }

  const stacks = ["prod", "local"] as const;
  it(`of the stacks ${stacks.join(", ")} have only values that CloudFormation knows`, async () => {
    const all: Resource[] = [];
    for (const stack of stacks) {
      const { resources } = await run(stackConfig(stack));
      all.push(...resources.filter(({ custom }) => custom));
    }
    const comparable = all.filter(({ type }) => type in schemas.types);
    const { properties, faults, unknown } = compare(comparable);
    const others = new Set(all.map(({ type }) => type).filter((type) => !(type in schemas.types)));
    console.log(
      `      compared ${properties} values of ${comparable.length} resources, ` +
        `of ${new Set(comparable.map(({ type }) => type)).size} types`,
    );
    console.log(`      no schema for ${[...others, ...unknown].sort().join(", ")}`);
    assert.deepEqual(faults, []);
    assert.deepEqual([...others].sort(), Object.keys(schemas.typesWithoutSchema).sort());
    assert.deepEqual(unknown, Object.keys(schemas.propertiesWithoutSchema).sort());
  });

  const mistakes: readonly [title: string, type: string, inputs: object, fault: string][] = [
    [
      "a number that is none of those allowed",
      "cloudwatch.LogGroup",
      { retentionInDays: 31 },
      "RetentionInDays: 31 is not one of [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, " +
        "1827, 2192, 2557, 2922, 3288, 3653]",
    ],
    [
      "a text that is none of those allowed",
      "lb.TargetGroup",
      { targetType: "address" },
      "TargetType: 'address' is not one of ['alb', 'instance', 'ip', 'lambda']",
    ],
    [
      "a number outside of its range, deep in a structure",
      "lb.TargetGroup",
      { healthCheck: { interval: 301 } },
      "HealthCheckIntervalSeconds: 301 is greater than the maximum of 300",
    ],
    [
      "a name with characters that it may not have",
      "cloudwatch.LogGroup",
      { name: "a log" },
      "LogGroupName: 'a log' is unlike ^[.\\-_/#A-Za-z0-9]{1,512}\\Z",
    ],
    [
      "a structure that lacks a part",
      "autoscaling.Group",
      { initialLifecycleHooks: [{ name: "launch" }] },
      "LifecycleHookSpecificationList.0: 'LifecycleTransition' is a required property",
    ],
  ];
  for (const [title, type, inputs, fault] of mistakes) {
    it(`are not accepted with ${title}`, () => {
      assert.deepEqual(compare([{ key: "it", type, inputs }]).faults, [`it: ${fault}`]);
    });
  }

  it("are told where no schema has a property", () => {
    const { unknown } = compare([{ key: "it", type: "sqs.Queue", inputs: { delay: 5 } }]);
    assert.deepEqual(unknown, ["sqs.Queue delay"]);
  });
});
