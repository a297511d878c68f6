import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import type { CheckedAccount } from "../../account/check";
import { parts } from "../../account/checks/all";
import { prefixIn } from "../../account/made";
import { noneYet, runParts } from "../../account/run";
import { findPython } from "../../local/aws/python";
import { listLeftovers } from "../../local/leftovers";
import { authorization, region, withLocalAws } from "../local/localAws";

const project = path.join(__dirname, "../../..");
const program = path.join(project, "proof/account/main.ts");
const number = parts.reduce((sum, { checks }) => sum + checks.length, 0);

/** A run of `make aws-check`. */
interface Run {
  readonly code: number | null;
  readonly said: string;
}

/** Runs the program with the process's environment. `on` is called once, when a line with its text was said. */
function awsCheck(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  on?: { readonly said: string; readonly send: NodeJS.Signals },
): Promise<Run> {
  const child = spawn(process.execPath, ["--require", "ts-node/register/transpile-only", program, ...args], {
    cwd: project,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  let sent = false;
  const hear = (chunk: Buffer) => {
    said += chunk.toString();
    if (on === undefined || sent || !said.includes(on.said)) return;
    sent = true;
    child.kill(on.send);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, said })));
}

describe("make aws-check, tried against the local AWS,", function () {
  this.timeout(600_000);
  const local = withLocalAws(["--machines", "--time-scale", "0.01"]);
  const leftovers = async () => listLeftovers(await findPython(console.log), local.url, region);

  it("looks at everything, says each thing in one line, and leaves nothing", async () => {
    const { code, said } = await awsCheck(["--yes"]);
    const lines = said.split("\n").filter((line) => /^ {2}(passed|failed|to look at) /.test(line));
    assert.equal(lines.length, number, said);
    for (const line of lines) assert.match(line, /: expected .+; seen .+ \(local AWS: .+\)$/);
    assert.deepEqual(
      lines.filter((line) => line.startsWith("  failed")),
      [],
    );
    const [, passed, failed, open] = /^(\d+) passed, (\d+) failed, (\d+) to look at$/m.exec(said) ?? [];
    assert.deepEqual([Number(passed) + Number(open), Number(failed)], [number, 0], said);
    assert.equal(code, 0);
    assert.deepEqual(await leftovers(), []);
  });

  it("says first what it will make and what that costs, and makes nothing where nobody can agree", async () => {
    const { code, said } = await awsCheck([]);
    assert.match(said, /^Account 123456789012, region eu-central-1, as arn:.* Settings: the stack dev\./);
    assert.match(said, /They cost less than [\d.]+ USD/);
    for (const { makes } of parts) if (makes) assert.ok(said.includes(`- ${makes}`), makes);
    assert.match(said, /Error: nobody can be asked here: ARGS=--yes goes on/);
    assert.match(said, /Nothing was made\.$/m);
    assert.equal(code, 2);
    assert.deepEqual(await leftovers(), []);
  });

  it("only reads when it is told so, and fails where the account is in the way", async () => {
    const set = async (quotas: string) => {
      const headers = { Authorization: authorization("local-aws") };
      const answer = await fetch(`${local.url}/local-aws/quotas`, { method: "PUT", headers, body: quotas });
      assert.ok(answer.ok);
    };
    await set('{"L-F678F1CE": 1}');
    const { code, said } = await awsCheck(["--read-only"]);
    await set("{}");
    assert.match(said, /quota of VPCs in eu-central-1: 1: 1 are in use, and this cluster needs 1 more/);
    assert.equal(said.match(/quota of VPCs/g)?.length, 1, "it is told once");
    assert.match(said, /^ {2}failed {6}preflight of the stack/m);
    assert.match(said, /^\d+ passed, 1 failed, \d+ to look at$/m);
    assert.doesNotMatch(said, /check makes|Deleting/);
    assert.equal(code, 1);
  });

  it("deletes what a killed run has left, and what it has made itself when it is interrupted", async () => {
    await killedRun("the event of a launch hook");
    const kinds = new Set((await leftovers()).map(({ kind }) => kind));
    for (const kind of ["EC2 instance", "Auto Scaling group", "S3 bucket", "IAM role", "SQS queue"])
      assert.ok(kinds.has(kind), `${kind} is not among ${[...kinds].join()}`);

    const { code, said } = await awsCheck(["--yes"], process.env, {
      said: "the first event through a new rule",
      send: "SIGINT",
    });
    const [before = "", after = ""] = said.split("Stopping: what was made is deleted.");
    assert.match(before, /Earlier runs have left this, and it is deleted first:\n {2}- Auto Scaling group /);
    assert.match(before, /deleted Auto Scaling group /);
    for (const kind of ["rule", "queue", "hosted zone", "VPC", "bucket", "role"]) {
      assert.match(before, new RegExp(`deleted ${kind} `), said);
      assert.match(after, new RegExp(`deleted ${kind} `), said);
    }
    assert.match(after, /nothing is left/);
    assert.equal(code, 130);
    assert.deepEqual(await leftovers(), []);
  });
});

/** Makes what a run makes until a line with this text, and then deletes nothing. */
async function killedRun(until: string): Promise<void> {
  const killed = new AbortController();
  const account: CheckedAccount = {
    accountId: "123456789012",
    arn: "arn:aws:iam::123456789012:user/killed",
    name: `${prefixIn(region)}killed`,
    signal: killed.signal,
    report: (line) => (line.includes(until) ? killed.abort() : undefined),
    ...{ region, project, stack: "dev" },
  };
  const making = parts.filter(({ makes }) => makes !== undefined);
  await assert.rejects(runParts(making, account, noneYet()), { name: "AbortError" });
}

describe("make aws-check", () => {
  it("refuses to begin without credentials, and says how to log in", async () => {
    const withoutAws = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_")),
    );
    const { code, said } = await awsCheck(["--yes"], {
      ...withoutAws,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    });
    assert.match(said, /Error: AWS does not say who you are \(.*\)\. Log in first/);
    assert.match(said, /Nothing was made\./);
    assert.equal(code, 2);
  });

  it("refuses an option or a stack that does not exist", async () => {
    for (const [args, message] of [
      [["--no"], "Unknown option '--no'"],
      [["--stack", "none"], 'there is no stack "none"'],
    ] as const) {
      const { code, said } = await awsCheck(args);
      assert.ok(said.includes(message), said);
      assert.equal(code, 2);
    }
  });
});
