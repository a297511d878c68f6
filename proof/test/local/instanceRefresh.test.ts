import type { RefreshPreferences } from "@aws-sdk/client-auto-scaling";
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually, hooks, makeSubnets, TestGroup } from "./autoScalingGroup";
import { withLocalAws } from "./localAws";

const oneByOne: RefreshPreferences = {
  MinHealthyPercentage: 100,
  MaxHealthyPercentage: 134,
  InstanceWarmup: 0,
};

/** A group of three in service whose launch template has a new version, so that all of them are old. */
class OutdatedGroup extends TestGroup {
  old: string[] = [];

  override async create(subnets: string[], more = {}): Promise<this> {
    // 7 s here, so that no hook times out in a test.
    const patient = hooks.map((hook) => ({ ...hook, HeartbeatTimeout: 7200 }));
    await super.create(subnets, {
      LifecycleHookSpecificationList: patient,
      HealthCheckGracePeriod: 1,
      ...more,
    });
    await this.settle();
    this.old = await this.ids("InService");
    await this.newVersion(2);
    return this;
  }

  async newVersion(version: number): Promise<void> {
    await this.launches({
      InstanceType: "t3.medium",
      UserData: Buffer.from(`v${version}`).toString("base64"),
    });
  }

  async refresh(Preferences: RefreshPreferences): Promise<void> {
    await this.autoScaling.startInstanceRefresh({ AutoScalingGroupName: this.name, Preferences });
  }

  async cancel(): Promise<void> {
    await this.autoScaling.cancelInstanceRefresh({ AutoScalingGroupName: this.name });
  }

  /** The newest refresh. */
  async progress() {
    const { InstanceRefreshes: [refresh] = [] } = await this.autoScaling.describeInstanceRefreshes({
      AutoScalingGroupName: this.name,
    });
    return {
      status: refresh?.Status,
      percent: refresh?.PercentageComplete,
      toUpdate: refresh?.InstancesToUpdate,
      reason: refresh?.StatusReason ?? "",
    };
  }

  async ends(status: string): Promise<void> {
    const { status: found } = await eventually(`the refresh of ${this.name} ends`, async () => {
      await this.completeAll();
      const progress = await this.progress();
      return ["Successful", "Failed", "Cancelled"].includes(progress.status ?? "") && progress;
    });
    assert.equal(found, status);
  }

  async versions(): Promise<(string | undefined)[]> {
    return (await this.describe()).instances.map(({ version }) => version);
  }

  async oldInService(): Promise<string[]> {
    return (await this.ids("InService")).filter((id) => this.old.includes(id));
  }
}

// 1000 times as fast as AWS: an hour is 3.6 s.
describe("an instance refresh", function () {
  this.timeout(40_000);
  withLocalAws(["--machines", "--time-scale", "0.001"]);
  let subnets: string[];
  before(async () => (subnets = await makeSubnets()));

  it("replaces one after the other, new before old, if all must stay healthy and one more may run", async () => {
    const group = await new OutdatedGroup("one-by-one").create(subnets);
    await group.refresh(oneByOne);
    for (let replaced = 0; replaced < 3; replaced++) {
      const [next = ""] = await group.idsOnce("Pending:Wait", 1);
      await sleep(500);
      const { instances } = await group.describe();
      assert.equal(instances.filter(({ state }) => state === "InService").length, 3, "none leaves before");
      assert.deepEqual(await group.ids("Pending:Wait"), [next], "no other comes");
      const { status, percent, toUpdate } = await group.progress();
      assert.deepEqual([status, percent, toUpdate], ["InProgress", [0, 33, 66][replaced], 3 - replaced]);

      await group.complete(next, "launch");
      const [leaving = ""] = await group.idsOnce("Terminating:Wait", 1);
      assert.ok(group.old.includes(leaving));
      const zone = (id: string) => instances.find((instance) => instance.id === id)?.zone;
      assert.equal(zone(leaving), zone(next), "zones stay balanced");
      // Maximum and minimum count what is in service or on its way, so a slow leaver does not hold up the next launch.
      if (replaced < 2) await group.idsOnce("Pending:Wait", 1);
      await group.complete(leaving, "terminate");
      await eventually("it is gone", async () => !(await group.ids("Terminating:Wait")).includes(leaving));
    }
    await group.ends("Successful");
    assert.deepEqual(await group.versions(), ["2", "2", "2"]);
    const { percent, toUpdate } = await group.progress();
    assert.deepEqual([percent, toUpdate], [100, 0]);
  });

  it("terminates first if no percentage is given, and one at a time if fewer would be less than 90 percent", async () => {
    const group = await new OutdatedGroup("defaults").create(subnets);
    await group.refresh({});
    await group.idsOnce("Terminating:Wait", 1);
    await group.idsOnce("Pending:Wait", 1);
    assert.equal((await group.oldInService()).length, 2);
    await group.ends("Successful");
    assert.deepEqual(await group.versions(), ["2", "2", "2"]);
  });

  it("launches first if minimum and maximum are both given as 100", async () => {
    const group = await new OutdatedGroup("both-100").create(subnets);
    await group.refresh({ ...oneByOne, MaxHealthyPercentage: 100 });
    await group.idsOnce("Pending:Wait", 1);
    assert.equal((await group.oldInService()).length, 3);
    await group.ends("Successful");
  });

  it("takes the percentages of the group's maintenance policy", async () => {
    const InstanceMaintenancePolicy = { MinHealthyPercentage: 100, MaxHealthyPercentage: 170 };
    const group = await new OutdatedGroup("policy").create(subnets, { InstanceMaintenancePolicy });
    await group.refresh({ InstanceWarmup: 0 });
    await group.idsOnce("Pending:Wait", 2);
    assert.equal((await group.oldInService()).length, 3);
    await group.ends("Successful");
  });

  it("skips instances that match the group's configuration, if told so", async () => {
    const group = await new OutdatedGroup("skip").create(subnets);
    await group.refresh({ ...oneByOne, SkipMatching: true });
    await group.ends("Successful");
    const now = await group.ids("InService");
    await group.refresh({ ...oneByOne, SkipMatching: true });
    await group.ends("Successful");
    assert.deepEqual(await group.ids("InService"), now);
  });

  it("waits until a new instance is warm", async () => {
    const group = await new OutdatedGroup("warmup").create(subnets);
    await group.refresh({ ...oneByOne, InstanceWarmup: 1000 });
    const [next = ""] = await group.idsOnce("Pending:Wait", 1);
    await group.complete(next, "launch");
    const since = Date.now();
    await group.idsOnce("InService", 4);
    const { reason, percent } = await eventually("it says so", async () => {
      const progress = await group.progress();
      return /warm up/.test(progress.reason) && progress;
    });
    assert.equal(percent, 0);
    assert.match(reason, new RegExp(`For example: ${next} is warming up`));
    await group.idsOnce("Terminating:Wait", 1);
    assert.ok(Date.now() - since >= 900, "1000 s, here 1 s");
    await group.cancel();
    await group.ends("Cancelled");
  });

  it("pauses at a checkpoint, which is reached when the share is not below it", async () => {
    const group = await new OutdatedGroup("checkpoints").create(subnets);
    await group.refresh({ ...oneByOne, CheckpointPercentages: [34, 100], CheckpointDelay: 1000 });
    const paused = await eventually("it pauses", async () => {
      await group.completeAll();
      const progress = await group.progress();
      return /checkpoint of 34 percent/.test(progress.reason) && progress;
    });
    // One of three is 33 percent, which is below.
    assert.equal(paused.percent, 66);
    const since = Date.now();
    await group.settle();
    assert.deepEqual((await group.oldInService()).length, 1);
    await group.idsOnce("Pending:Wait", 1);
    assert.ok(Date.now() - since >= 1000, "1000 s, here 1 s");
    await group.ends("Successful");
  });

  it("ends at its last checkpoint", async () => {
    const group = await new OutdatedGroup("partial").create(subnets);
    await group.refresh({ ...oneByOne, CheckpointPercentages: [33] });
    await group.ends("Successful");
    assert.deepEqual((await group.versions()).sort(), ["1", "1", "2"]);
  });

  it("is the only one: a second is refused, and one that is over cannot be cancelled", async () => {
    const group = await new OutdatedGroup("second").create(subnets);
    await assert.rejects(group.cancel(), { name: "ActiveInstanceRefreshNotFoundFault" });
    await group.refresh(oneByOne);
    await assert.rejects(group.refresh(oneByOne), { name: "InstanceRefreshInProgressFault" });
    await group.ends("Successful");
    await assert.rejects(group.cancel(), { name: "ActiveInstanceRefreshNotFoundFault" });
  });

  it("that is cancelled ends the replacement under way and starts none", async () => {
    const group = await new OutdatedGroup("cancelled").create(subnets);
    await group.refresh(oneByOne);
    const [next = ""] = await group.idsOnce("Pending:Wait", 1);
    await group.cancel();
    await sleep(500);
    assert.equal((await group.progress()).status, "Cancelling");
    await group.complete(next, "launch");
    const [leaving = ""] = await group.idsOnce("Terminating:Wait", 1);
    assert.equal((await group.progress()).status, "Cancelling");
    await group.complete(leaving, "terminate");
    await group.ends("Cancelled");
    await group.settle();
    assert.deepEqual((await group.versions()).sort(), ["1", "1", "2"]);
  });

  it("that is cancelled while its new instance fails leaves the old ones alone", async () => {
    const group = await new OutdatedGroup("cancelled-failing").create(subnets);
    await group.refresh(oneByOne);
    const [next = ""] = await group.idsOnce("Pending:Wait", 1);
    await group.cancel();
    await group.complete(next, "launch", "ABANDON");
    await group.ends("Cancelled");
    await group.settle();
    assert.deepEqual(await group.ids("InService"), group.old);
  });

  it("fails after an hour in which no new instance came into service; the old ones stay, and a good version rolls", async () => {
    const group = await new OutdatedGroup("bad").create(subnets);
    await group.refresh(oneByOne);
    const since = Date.now();
    await eventually("it fails", async () => {
      const { instances } = await group.describe();
      for (const { id, state } of instances) {
        if (state === "Pending:Wait") await group.complete(id, "launch", "ABANDON");
        if (state === "Terminating:Wait") await group.complete(id, "terminate");
      }
      assert.deepEqual(await group.oldInService(), group.old);
      return (await group.progress()).status === "Failed";
    });
    assert.ok(Date.now() - since > 3500, "an hour, here 3.6 s");
    await group.settle();
    assert.deepEqual(await group.ids("InService"), group.old);
    assert.match((await group.progress()).reason, /^No instance could be replaced for an hour/);

    await group.newVersion(3);
    await group.refresh(oneByOne);
    await group.ends("Successful");
    assert.deepEqual(await group.versions(), ["3", "3", "3"]);
  });

  it("goes on when an old instance crashes", async () => {
    const group = await new OutdatedGroup("crash").create(subnets);
    await group.refresh(oneByOne);
    await group.idsOnce("Pending:Wait", 1);
    await group.ec2.terminateInstances({ InstanceIds: group.old.slice(2) });
    await group.ends("Successful");
    assert.deepEqual(await group.versions(), ["2", "2", "2"]);
  });
});
