import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

const files = join(__dirname, "../../ignition/files");
const scripts = readdirSync(files, { recursive: true, withFileTypes: true })
  .filter(
    (entry) => entry.isFile() && entry.parentPath.includes("/opt/cluster/") && !entry.name.endsWith(".jq"),
  )
  .map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return { name: relative(files, path), text: readFileSync(path, "utf8").replace(/^\s*#.*$/gm, "") };
  });

/** Every match in every script, as `<script>: <match>`. */
const found = (pattern: RegExp) =>
  scripts.flatMap(({ name, text }) =>
    [...text.matchAll(pattern)].map(([match]) => `${name}: ${match.trim()}`),
  );

/** What bash calculates with: it runs what stands in the subscript of a variable's text. By script, each with why it is a number. */
const numbers: Record<string, string> = {
  SECONDS: "bash's own",
  RANDOM: "bash's own",
  AWS_PATIENCE: "set by scripts alone",
  AWS_CREDENTIALS_UNTIL: "calculated",
  GROUP_SIZE: "matched by a number's form",
  GROUP_SIZE_UNTIL: "calculated",
  EPOCH: "matched by a number's form when it is read",
  RESTORE_EPOCH: "matched by a number's form when it is read",
  BASH_REMATCH: "matched as digits",
  began: "calculated",
  deadline: "calculated",
  distance: "calculated",
  first: "counted",
  first_answer_seconds: "a literal of the script",
  healthy: "counted by grep",
  instances: "its length",
  interrupted_at: "matched by a number's form",
  left: "calculated, or counted by jq",
  limit: "a literal of the script",
  limit_seconds: "calculated",
  minutes: "matched by a number's form",
  next_heartbeat: "calculated",
  next_line: "calculated",
  next_look: "calculated",
  next_report: "calculated",
  now: "jq's own",
  number: "counted",
  patience: "a literal of the script",
  pause: "calculated",
  refused_since: "calculated",
  report_seconds: "a literal of the script",
  restarts: "matched by a number's form",
  seconds_left: "calculated",
  since: "matched by a number's form",
  theirs: "calculated of digits",
  total: "counted by wc",
  unanswered: "its length",
  uptime: "the kernel's",
  voters: "counted by grep",
  epoch: "a copy of EPOCH",
  parameters: "its length",
  most_denied: "a literal of the script",
  most_told: "a literal of the script",
  denied: "its length",
  waiting: "its length",
  old: "matched by a number's form when it is read",
  own: "matched by a number's form when it is read",
  revision: "a number of etcd's own, by jq",
  status: "the status of a program",
  seconds: "a number of date's own, or of etcd's answer",
  begin: "a number of date's own",
  EPOCHSECONDS: "bash's own",
};

describe("No script of a node", () => {
  it("sources anything but its libraries, what Ignition wrote, and what write_env wrote", () => {
    const sources = found(/(?<=^|[;&|{(]) *(?:source|\.) +[^\s;&|=<>!][^\s;&|]*/gm).map((line) =>
      line.replace(/^.*: /, ""),
    );
    assert.ok(sources.length > 100);
    const allowed =
      /^source (\/opt\/cluster\/lib\/[a-z-]+\.sh|\/etc\/cluster\/cluster\.env|\/run\/cluster\/instance\.env)$/;
    assert.deepEqual(
      sources.filter((source) => !allowed.test(source)),
      [],
    );
    const written = found(/\S*write_env (?!\(\))\S+/g).map((line) => line.replace(/^.*write_env /, ""));
    assert.deepEqual(written.sort(), ["/run/cluster/instance.env", "/run/etcd/membership.env"]);
  });

  it("writes such a file by any other means", () => {
    assert.deepEqual(found(/>+\s*\S*\.env\S*/g), []);
  });

  it("runs text as code, or uses a variable that another variable names", () => {
    assert.deepEqual(
      found(/(?<=^|[;&|{(]) *(eval|let) |\b(bash -c|sh -c|printf -v|declare -n|local -n) /gm),
      [],
    );
    assert.deepEqual(found(/\bunset "[^"]*\[/g), [], "unset reads a subscript once more");
    assert.deepEqual(found(/\$\{!(?!name\})/g), [], "indirect");
  });

  it("writes a curl configuration or JSON by hand", () => {
    assert.deepEqual(found(/echo "(header|user|url|output) ?=/g), []);
    assert.deepEqual(found(/"\{\\"/g), []);
  });

  it("calculates with a value that may be no number", () => {
    assert.deepEqual(found(/\[\[[^\]]*\s-(eq|ne|lt|le|gt|ge)\s/g), []);
    const unknown = found(/\(\([^\n]*?\)\)/g)
      .filter((line) => !line.includes("((.status")) // jq's
      // What a program in it prints is no name of a variable, but is evaluated as well: counts alone.
      .map((line) => line.replace(/\$\((wc -l|grep -c|date \+%s|minor|seconds_to_begin)[^()]*\)/g, "0"))
      .filter((line) => {
        const names =
          line.replace(/^[^:]*: /, "").match(/\$\(|(?<![\w#$])[A-Za-z_]\w*|(?<=\$\{?)[A-Za-z_]\w*/g) ?? [];
        return names.some((name) => !(name in numbers));
      });
    assert.deepEqual(unknown, []);
  });
});
