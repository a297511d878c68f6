import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { shellUses } from "../../toolchain/shellUses";
import { choresOf, everyKindOfNode } from "../../../test/ignition/rendered";

/** The parts of Flatcar's image, and of the downloaded releases, that the scripts and units use. */
interface Table {
  /** Source of the packages and their versions. */
  sources: string[];
  /** Version by package. */
  packages: Record<string, string>;
  /** By name; options with `since <version>` if a recent version of the package added them. */
  programs: Record<string, { package: string; options: string[] }>;
}

const file = join(__dirname, "flatcarPrograms.json");
const table = JSON.parse(readFileSync(file, "utf8")) as Table;
/** Our functions that pass their options on, and the programs that get them. */
const handedOn: Record<string, string> = {
  ...Object.fromEntries(["aws_call", "s3_call", "s3_get", "s3_put"].map((name) => [name, "curl"])),
  ask: "kubectl",
};
const builtins = execFileSync("bash", ["-c", "compgen -b"], { encoding: "utf8" }).split("\n");

describe("The scripts of a Flatcar node use", function () {
  // The first run builds the parser of the scripts.
  this.timeout(300_000);

  const nodes = Object.values(everyKindOfNode).map((node) => node());
  const texts = new Map(nodes.flatMap(({ texts }) => [...texts]));
  const scripts = new Map(
    [...texts].filter(
      ([path, text]) => path.startsWith("/opt/cluster/") && /^#!.*bash$|^# Sourced/m.test(text),
    ),
  );
  let uses: ReturnType<typeof shellUses>;
  /** Options by program, of the image or a release. */
  const used = new Map<string, Set<string>>();

  before(() => {
    uses = shellUses(scripts);
    for (const { program, options } of uses.programs) {
      const isOwn = uses.functions.includes(program) && table.programs[program] === undefined;
      if ((isOwn && options.length === 0) || builtins.includes(program) || texts.has(program)) continue;
      const name = handedOn[program] ?? program;
      const known = used.get(name) ?? new Set();
      used.set(name, new Set([...known, ...options]));
    }
    if (process.env.UPDATE_GOLDEN) update();
  });

  /** Writes the used options into the list. Whoever adds a program looks up its package and version. */
  function update(): void {
    for (const [name, entry] of Object.entries(table.programs)) {
      const option = (name: string) => entry.options.find((known) => known.split(" ")[0] === name) ?? name;
      entry.options = [...(used.get(name) ?? [])].sort().map(option);
    }
    writeFileSync(file, `${JSON.stringify(table, null, 2)}\n`);
  }

  it("nothing that the parser of scripts misses", () => {
    const script = `
      f() { timeout -k 1 5 dig +short "$1"; }
      args=(--silent "$2"); trap 'ss -Hltn' EXIT
      x=$(curl "\${args[@]}" -o "$f" "https://$3" 3<>"/dev/tcp/$h/80") && command nc -z "$h" 1 | xargs -r md5sum --check`;
    const seen = shellUses(new Map([["s", script]]));
    const calls = seen.programs.map(({ program, options }) => [program, ...options].join(" "));
    assert.deepEqual(
      calls.sort(),
      [
        ...["command", "curl --silent -o", "dig", "md5sum --check", "nc -z", "ss -Hltn"],
        ...["timeout -k", "xargs -r"],
      ].sort(),
    );
    assert.deepEqual(seen.features, [["s", "/dev/tcp/"]]);
    assert.deepEqual(seen.functions, ["f"]);
  });

  it("bash", () => {
    const others = [...texts.keys()].filter((path) => /^\/opt\/cluster\/(bin\/|lib\/.*\.sh)/.test(path));
    assert.deepEqual(
      others.filter((path) => !scripts.has(path)),
      [],
    );
  });

  it("only programs that it has", () => {
    assert.deepEqual(
      [...used.keys()].filter((name) => table.programs[name] === undefined),
      [],
    );
  });

  it("only the options in the list, so that a reviewer sees changes", () => {
    for (const [name, options] of used) {
      const listed = table.programs[name]?.options.map((option) => option.split(" ")[0]);
      assert.deepEqual([...options].sort(), listed, name);
    }
  });

  it("no option that is newer than the package", () => {
    const numbers = (version: string) => version.split(".").map((part) => part.padStart(6, "0"));
    for (const [name, { package: from, options }] of Object.entries(table.programs)) {
      const version = table.packages[from];
      assert.ok(version, `${name}: ${from} has no version`);
      for (const option of options) {
        const [, since] = / since (\S+)$/.exec(option) ?? [];
        if (since)
          assert.ok(numbers(since).join() <= numbers(version).join(), `${from} ${version}: ${option}`);
      }
    }
  });

  it("no network devices of bash, and no coprocess", () => {
    assert.deepEqual(uses.features, []);
  });

  it("and its units start no other program", () => {
    const isKnown = (program: string) =>
      texts.has(program) || table.programs[basename(program)] !== undefined;
    for (const node of nodes) {
      for (const { contents = "", dropins = [] } of node.units) {
        const all = [contents, ...dropins.map(({ contents }) => contents)].join("\n");
        const programs = [...all.matchAll(/^Exec\w+=[-+!@:]*([^\s-]\S*)/gm)].flatMap(([, program = ""]) =>
          program.endsWith("/%i") ? choresOf(node).map((chore) => program.replace("%i", chore)) : [program],
        );
        assert.deepEqual(
          programs.filter((program) => !isKnown(program)),
          [],
        );
      }
    }
  });
});
