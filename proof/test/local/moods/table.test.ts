import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { localAwsMood } from "../../../local/aws/environment";
import { behaviours, moodsFolder, type Behaviour, type Measure } from "./mood";

const page = path.join(moodsFolder, "../../README.md");
const marker = /^<!-- the table: .*-->$/m;

const text = ({ seconds, requests, perSecond }: Measure) =>
  seconds === undefined ? `${requests} requests, and ${perSecond} more each second` : `${seconds} seconds`;

function lines({ what, actions, typical, worst, sources, module, note }: Behaviour): string[] {
  const told = (name: string, measure?: Measure) =>
    sources
      .filter((source) => source.for === name)
      .map(
        ({ kind, says, url }) =>
          `  - ${name}: ${measure ? `${text(measure)}. ` : ""}${says} ([${kind}](${url})).`,
      );
  return [
    `- **${what}**`,
    ...(actions ? [`  - each of ${actions.map((action) => `\`${action}\``).join(", ")}`] : []),
    ...told("typical", typical),
    ...told("worst", worst),
    ...told("why", undefined),
    ...(module ? [`  - \`aws/moods/${module}\``] : ["  - Not imitated by a mood."]),
    ...(note ? [`  - ${note}`] : []),
  ];
}

describe("the table of moods", () => {
  it("tells the source of each number, and says whether it is documented or reported", () => {
    assert.ok(behaviours.length > 1);
    for (const { key, typical, worst, sources, note } of behaviours) {
      for (const { kind, url, says } of sources) {
        assert.match(kind, /^(documented|reported)$/, key);
        assert.match(url, /^https:/, key);
        assert.match(says, /^[A-Z].*[^.]$/, key);
      }
      const told = sources.map((source) => source.for);
      if (typical) assert.ok(told.includes("typical"), `${key}: where is typical from?`);
      if (worst) assert.ok(told.includes("worst"), `${key}: where is worst from?`);
      assert.ok(sources.length > 0 || note, `${key} has no source and no note`);
    }
  });

  it("has no worst that is better than typical", () => {
    for (const { key, typical = {}, worst = {} } of behaviours) {
      assert.ok((worst.seconds ?? 0) >= (typical.seconds ?? 0), key);
      assert.ok((worst.requests ?? 0) <= (typical.requests ?? Infinity), key);
      assert.ok((worst.perSecond ?? 0) <= (typical.perSecond ?? Infinity), key);
    }
  });

  it("names the module of each behaviour that is imitated, and every module", () => {
    const modules = readdirSync(moodsFolder).filter((file) => file.endsWith(".py") && file !== "__init__.py");
    const named = behaviours.flatMap(({ module }) => module ?? []);
    assert.deepEqual([...new Set(named)].sort(), modules.sort());
    for (const { key, module, typical, worst } of behaviours)
      if (module) assert.ok(typical && worst, `${key} is imitated and has no numbers`);
  });

  it("is what the page shows (UPDATE_GOLDEN=1 writes it)", () => {
    const found = readFileSync(page, "utf8");
    const [before = ""] = found.split(marker);
    const [line = ""] = marker.exec(found) ?? [];
    const wanted = `${before}${line}\n\n${behaviours.flatMap(lines).join("\n")}\n`;
    if (process.env.UPDATE_GOLDEN) writeFileSync(page, wanted);
    else assert.equal(found, wanted);
  });
});

describe("LOCAL_AWS_MOOD", () => {
  it("is instant by default, and one of the moods", () => {
    assert.equal(localAwsMood({}), "instant");
    assert.equal(localAwsMood({ LOCAL_AWS_MOOD: "worst" }), "worst");
    assert.throws(
      () => localAwsMood({ LOCAL_AWS_MOOD: "bad" }),
      /LOCAL_AWS_MOOD is "bad"; give one of instant, typical, worst/,
    );
  });
});
