import * as assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { differences, resourceList } from "./resourceList";
import { run, stackConfig } from "../engine/stack";

const accept = "UPDATE_GOLDEN=1 npx mocha --grep 'last reviewed'";

describe("The resources of a stack equal the reviewed list", () => {
  for (const stack of ["dev", "prod", "local"] as const) {
    it(`${stack}: golden/${stack}.txt`, async () => {
      const file = path.join(__dirname, "golden", `${stack}.txt`);
      const list = resourceList(await run(stackConfig(stack)));
      if (process.env.UPDATE_GOLDEN) writeFileSync(file, list);
      const reviewed = existsSync(file) ? readFileSync(file, "utf8") : "";
      if (list === reviewed) return;
      const changed = differences(reviewed, list).join("\n") || "their order";
      assert.fail(`The resources of ${stack} changed:\n${changed}\nIf that is meant: ${accept}`);
    });
  }
});
