import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

const folder = path.join(__dirname, "../../.github/workflows");

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: unknown;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflows = readdirSync(folder).map((name) => {
  const text = readFileSync(path.join(folder, name), "utf8");
  return { name, text, workflow: parse(text) as Workflow };
});
const jobs = workflows.flatMap(({ name, workflow }) =>
  Object.entries(workflow.jobs).map(([id, job]) => ({ name: `${name}, ${id}`, workflow, job })),
);
const holdsRole = ({ permissions }: Job) => permissions?.["id-token"] === "write";

describe("GitHub's workflows", () => {
  it("pin every action to a commit, and name its release", () => {
    for (const { name, text } of workflows) {
      const actions = text.split("\n").filter((line) => /\buses:/.test(line));
      ok(actions.length > 0, name);
      for (const line of actions)
        match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, `${name}:${line}`);
    }
  });

  it("leave no GitHub credential in the checkout", () => {
    for (const { name, job } of jobs) {
      const checkouts = job.steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
      for (const step of checkouts) equal(step.with?.["persist-credentials"], false, name);
    }
  });

  it("give each job no more rights than it needs", () => {
    const rights = jobs.map(({ name, workflow, job }) => [name, job.permissions ?? workflow.permissions]);
    deepEqual(Object.fromEntries(rights), {
      "deploy.yml, up": { contents: "read", "id-token": "write" },
      "preview.yml, preview": { contents: "read", "id-token": "write", "pull-requests": "write" },
      "test.yml, test": { contents: "read" },
    });
    for (const { name, workflow } of workflows)
      ok(workflow.permissions, `${name} says nothing of rights, and so has GitHub's default`);
  });

  it("use no cache and run no package scripts in a job that can assume a role", () => {
    const holders = jobs.filter(({ job }) => holdsRole(job));
    equal(holders.length, 2);
    for (const { name, job } of holders) {
      ok(job.environment, `${name} can take a role without an environment, and so without a reviewer`);
      for (const { uses = "", run, with: inputs } of job.steps) {
        ok(!uses.startsWith("actions/cache"), name);
        equal(inputs?.cache, undefined, name);
        if (uses.startsWith("actions/setup-node@")) equal(inputs?.["package-manager-cache"], false, name);
        if (run?.startsWith("npm")) equal(run, "npm ci --ignore-scripts", name);
      }
    }
  });
});
