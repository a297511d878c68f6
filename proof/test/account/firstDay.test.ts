import path from "node:path";
import { readFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { parts } from "../../account/checks/all";
import { assertGolden } from "../../../test/golden";

const page = path.join(__dirname, "../../../docs/first-day.md");

function checkList(): string {
  return parts
    .map(({ name, checks }) => {
      const items = checks.map(
        ({ what, expected, local, risk }) =>
          `- **${what}**: ${expected}\n  - local AWS: ${local}\n  - risk: ${risk}`,
      );
      return [`### ${name}`, "", ...items].join("\n");
    })
    .join("\n\n");
}

describe("docs/first-day.md", () => {
  it("lists the checks of make aws-check (UPDATE_GOLDEN=1 writes them)", async () => {
    const now = readFileSync(page, "utf8").replace(
      /(<!-- checks: .* -->\n)[^]*(<!-- \/checks -->)/,
      (_, begin: string, end: string) => `${begin}\n${checkList()}\n\n${end}`,
    );
    const wanted = await format(now, { ...(await resolveConfig(page)), filepath: page });
    assertGolden(page, wanted);
  });
});
