import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Trap } from "./hostileTexts";

const library = (name: string) => join(__dirname, "../../../ignition/files/node/opt/cluster/lib", name);

/** Right values of each form, and what is nearly one. */
const forms: Record<string, { right: string[]; wrong: string[] }> = {
  address: {
    right: ["10.0.0.10", "255.255.255.255"],
    wrong: ["10.0.0.256", "10.0.0", "10.0.0.1.2", "010.0.0.1"],
  },
  "host-name": {
    right: ["ip-10-0-0-10.ec2.internal", "a", `${"a".repeat(63)}.b`],
    wrong: ["A.b", "a..b", ".a", "a.", "-a", "a-", "a_b", "a".repeat(64), "a.".repeat(127) + "a"],
  },
  "instance-id": {
    right: ["i-0123456789abcdef0"],
    wrong: ["i-", "i-0123456789ABCDEF0", "i-0123456789abcdef00", "x-0"],
  },
  moment: { right: ["2026-11-24T02:00:00Z"], wrong: ["now", "2026-11-24", "2026-11-24T02:00:00+01:00"] },
  number: {
    right: ["0", "42", "999999999999999"],
    wrong: ["08", "-1", "1e3", "0x10", "1000000000000000", "1+1"],
  },
  plain: {
    right: ["i-0=https://i-0.etcd.a.example.com:2380,i-1=https://b:2380"],
    wrong: ["a b", "a;b", "a'b", "a&b"],
  },
  role: { right: ["demo-controllers", "a_b+c=d,e.f@g"], wrong: ["a/b", "a?b", "a".repeat(65)] },
  zone: {
    right: ["eu-west-1a", "us-west-2-lax-1a", "us-gov-west-1b"],
    wrong: ["eu", "eu-west-1a.b", "EU-WEST-1A"],
  },
};

describe("Text that nodes take from others", function () {
  this.timeout(60_000);
  let trap: Trap;
  let folder: string;
  beforeEach(() => {
    trap = new Trap();
    folder = mkdtempSync(join(tmpdir(), "forms-"));
  });
  afterEach(() => {
    trap.remove();
    rmSync(folder, { recursive: true });
  });

  /**
   * Has each value written to a file of each form, and the file sourced by a fresh shell. Gives `<form> yes|no` for each form and value,
   * and fails where what was read is not what was written.
   */
  function written(values: readonly string[]): string[] {
    const script = `
      source ${library("log.sh")}; source ${library("forms.sh")}
      while IFS= read -r -d '' value; do
        for form in ${Object.keys(forms).join(" ")}; do
          if write_env ${folder}/env VALUE "$form" "$value" >/dev/null; then
            read=$(env -i bash -c 'source ${folder}/env; printf %s "$VALUE"')
            [[ $read == "$value" && $(wc -l <${folder}/env) == 1 ]] || fail "another text was read: $read"
            echo "$form yes"
            rm ${folder}/env
          else
            [[ ! -e ${folder}/env ]] || fail "written although it is no $form"
            echo "$form no"
          fi
        done
      done`;
    const { status, stdout, stderr } = spawnSync("bash", ["-euo", "pipefail", "-c", script], {
      input: values.map((value) => `${value}\0`).join(""),
      encoding: "utf8",
      cwd: trap.folder,
    });
    assert.equal(status, 0, stderr);
    return stdout.trim().split("\n");
  }

  for (const [form, { right, wrong }] of Object.entries(forms)) {
    it(`counts as ${form} only in that form`, () => {
      const verdicts = (values: readonly string[]) =>
        written(values).filter((line) => line.startsWith(`${form} `));
      assert.deepEqual(
        verdicts(right),
        right.map(() => `${form} yes`),
      );
      assert.deepEqual(
        verdicts(wrong),
        wrong.map(() => `${form} no`),
      );
    });
  }

  it("has no form if it could be read as code, and so is never sourced", () => {
    const accepted = written(trap.texts).filter((line) => line.endsWith(" yes"));
    // These two may begin with a dash, and neither is ever an argument of its own.
    assert.deepEqual(
      accepted.filter((line) => !/^(plain|role) /.test(line)),
      [],
    );
    assert.ok(trap.isUntouched());
  });

  it("is read exactly as it was written", () => {
    const values = fc.sample(trap.generated, 400);
    assert.equal(written(values).length, values.length * Object.keys(forms).length);
    assert.ok(trap.isUntouched());
  });
});
