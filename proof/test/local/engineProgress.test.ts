import type { EngineEvent } from "@pulumi/pulumi/automation";
import assert from "node:assert/strict";
import { EngineProgress } from "../../local/engineProgress";

const urn = (type: string, name: string) =>
  `urn:pulumi:local::pulumi-kubeadm::k8s:network:Network$${type}::${name}`;

function told(preview: boolean, events: object[]): { lines: string[]; progress: EngineProgress } {
  const lines: string[] = [];
  const progress = new EngineProgress(preview, (line) => lines.push(line));
  for (const event of events) progress.onEvent(event as EngineEvent);
  progress.stop();
  return { lines, progress };
}

function step(op: string, type: string, name: string, diffs?: string[]): object[] {
  const metadata = {
    op,
    urn: urn(type, name),
    type,
    diffs,
    new: type.startsWith("aws:") ? { custom: true } : {},
  };
  return [{ resourcePreEvent: { metadata } }, { resOutputsEvent: { metadata } }];
}

describe("the engine's progress", () => {
  it("is a line for each resource that changes, and none for what stays or is only a name for others", () => {
    const { lines } = told(false, [
      ...step("create", "aws:ec2/vpc:Vpc", "demo-vpc"),
      ...step("same", "aws:ec2/subnet:Subnet", "demo-a"),
      ...step("create", "k8s:network:Network", "demo"),
      ...step("create", "pulumi:pulumi:Stack", "local"),
    ]);
    assert.deepEqual(lines, ["  created   Vpc                      demo-vpc"]);
  });

  it("names the inputs that would change, in a preview", () => {
    const { lines } = told(
      true,
      step("update", "aws:ec2/launchTemplate:LaunchTemplate", "demo", ["instanceType"]),
    );
    assert.deepEqual(lines, ["  update    LaunchTemplate           demo  (instanceType)"]);
  });

  it("tells warnings and errors, without the engine's markup and its notes for developers", () => {
    const diagnostic = (severity: string, message: string) => ({
      diagnosticEvent: { severity, message, color: "" },
    });
    const { lines, progress } = told(false, [
      diagnostic("error", "<{%reset%}>error: no such AMI<{%reset%}>\n"),
      diagnostic("warning", "using pulumi-resource-aws from $PATH at /somewhere"),
      diagnostic("warning", "deprecated"),
      diagnostic("debug", "Registering resource"),
      diagnostic("info", "info"),
    ]);
    assert.deepEqual(lines, ["  error: no such AMI", "  warning: deprecated"]);
    assert.equal(progress.errors, 1);
  });

  it("tells an error once that the engine has from the program's log and as the program's result", () => {
    const error = { diagnosticEvent: { severity: "error", message: "1 setting is wrong\n", color: "" } };
    assert.deepEqual(told(true, [error, error]).lines, ["  error: 1 setting is wrong"]);
  });

  it("closes with the number of changes", () => {
    const closing = (resourceChanges: object) =>
      told(false, [{ summaryEvent: { resourceChanges } }]).progress.summary();
    assert.equal(closing({ same: 140 }), "0 changes, 140 resources as they were");
    assert.equal(
      closing({ same: 138, create: 2, update: 1 }),
      "3 changes (2 create, 1 update), 138 resources as they were",
    );
  });
});
