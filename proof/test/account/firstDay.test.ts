import path from "node:path";
import { readFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { parts } from "../../account/checks/all";
import { assertGolden } from "../../../test/golden";

const page = path.join(__dirname, "../../../docs/first-day.md");

function checkTable(): string {
  const rows = parts.flatMap(({ name, checks }) =>
    checks.map(({ what, expected, local, risk }) => [name, what, expected, local, risk]),
  );
  const titles = ["part", "what is looked at", "expected", "local AWS", "risk"];
  return [titles, titles.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

describe("docs/first-day.md", () => {
  it("lists the checks of make aws-check (UPDATE_GOLDEN=1 writes them)", async () => {
    const now = readFileSync(page, "utf8").replace(
      /(<!-- checks: .* -->\n)[^]*(<!-- \/checks -->)/,
      (_, begin: string, end: string) => `${begin}\n${checkTable()}\n\n${end}`,
    );
    const wanted = await format(now, { ...(await resolveConfig(page)), filepath: page });
    assertGolden(page, wanted);
  });
});
