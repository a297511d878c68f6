import assert from "node:assert/strict";
import { runChore } from "./chore";

const state = (...states: string[]) =>
  states.map((one) => (one === "" ? "<r/>" : `<r><LifecycleState>${one}</LifecycleState></r>`));
const noAction = "<r><Message>No active Lifecycle Action found with instance ID i-1</Message></r>";
const throttled = "<r><Message>Rate exceeded</Message></r>";
const done = "<r/>";

/** Runs `lifecycle-watch` on an instance that Auto Scaling terminates; what each call is answered, the last answer again and again. */
function watch(states: readonly string[], completions: readonly string[]) {
  const { status, log, calls } = runChore("lifecycle-watch", [], {
    kubectl: {},
    aws: {
      "autoscaling Action=DescribeAutoScalingInstances InstanceIds.member.1=i-1": states,
      "autoscaling Action=CompleteLifecycleAction *": completions,
    },
    files: {
      "/run/cluster/instance.env": [
        "INSTANCE_ID=i-1",
        "curl() { [[ $* == *autoscaling/target-lifecycle-state ]] && echo Terminated || echo token; }", // the metadata service
        "sleep() { SECONDS=$((SECONDS + $1)); }",
      ].join("\n"),
      "/opt/cluster/bin/leave": '#!/bin/bash\necho leave >>"$(dirname "$0")/../../../calls"\n',
    },
  });
  const short = calls.map((call) => call.replace(/^autoscaling Action=(\w+?)(Lifecycle|Auto).*/, "$1"));
  return { status, calls: short, log: log.map((line) => line.replace("lifecycle-watch: ", "")) };
}

describe("A controller that Auto Scaling terminates", () => {
  it("serves until its target is drained, leaves, and then completes the hook", () => {
    const { status, calls, log } = watch(state("Terminating", "Terminating", "Terminating:Wait"), [done]);
    assert.deepEqual(
      [status, calls],
      [0, ["Describe", "Describe", "Describe", "leave", "Complete"]],
      log.join("\n"),
    );
    assert.deepEqual(log, [
      "Auto Scaling terminates this instance",
      "Auto Scaling: i-1 is Terminating",
      "Auto Scaling: i-1 is Terminating:Wait",
      "leaving",
      "terminate hook completed",
    ]);
  });

  it("tries again where AWS answers neither call at first", () => {
    const { status, calls } = watch([throttled, ...state("Terminating:Wait")], [throttled, done]);
    assert.deepEqual(
      [status, calls],
      [0, ["Describe", "Describe", "leave", "Complete", "Describe", "Complete"]],
    );
  });

  it("does not take it for completed that the hook is not there yet", () => {
    const { status, calls, log } = watch(state("Terminating:Wait"), [noAction, noAction, done]);
    assert.deepEqual(
      [status, calls.slice(2)],
      [0, ["Complete", "Describe", "Complete", "Describe", "Complete"]],
    );
    assert.equal(log.at(-1), "terminate hook completed");
  });

  it("leaves at once where no hook waits for it, and has none to complete", () => {
    for (const over of ["Terminating:Proceed", ""]) {
      const { status, calls, log } = watch(state(over), [noAction]);
      assert.deepEqual([status, calls], [0, ["Describe", "leave", "Complete", "Describe"]]);
      assert.equal(log.at(-1), "no terminate hook is waiting");
    }
  });

  it("leaves after a quarter of an hour, whatever Auto Scaling says, and goes on to complete the hook", () => {
    const { status, calls, log } = watch(state("Terminating"), [noAction]);
    assert.equal(status, 1);
    const describes = calls.indexOf("leave");
    assert.ok(describes >= 180 && describes <= 182, `${describes} looks, every 5 s`);
    assert.match(log.join("\n"), /ERROR: not drained within 900 s: leaving nevertheless/);
    assert.match(log.at(-1) ?? "", /ERROR: the terminate hook could not be completed/);
  });
});
