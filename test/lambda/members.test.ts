import assert from "node:assert/strict";
import { LifecycleState } from "@aws-sdk/client-auto-scaling";
import { InstanceStateName } from "@aws-sdk/client-ec2";
import { membersAmong } from "../../lambda/members";

const InstanceId = "i-0123456789abcdef0";
const inEc2 = { InstanceId, PrivateIpAddress: "10.0.0.4", State: { Name: InstanceStateName.running } };
const inGroup = { InstanceId, LifecycleState: LifecycleState.IN_SERVICE } as Parameters<
  typeof membersAmong
>[0][0];

describe("an instance of the group", () => {
  it("is a member from its launch until its terminate hook is complete", () => {
    const states = Object.values(LifecycleState).filter(
      (state) => membersAmong([{ ...inGroup, LifecycleState: state }], [inEc2]).length === 1,
    );
    assert.deepEqual(states.sort(), [
      "EnteringStandby",
      "InService",
      "Pending",
      "Pending:Proceed",
      "Pending:Wait",
      "Standby",
      "Terminating",
      "Terminating:Wait",
    ]);
  });

  it("is no member after EC2 has terminated it", () => {
    const states = Object.values(InstanceStateName).filter(
      (Name) => membersAmong([inGroup], [{ ...inEc2, State: { Name } }]).length === 1,
    );
    assert.deepEqual(states.sort(), ["pending", "running", "stopped", "stopping"]);
  });

  it("is no member while EC2 does not know it or it has no address", () => {
    assert.deepEqual(membersAmong([inGroup], []), []);
    assert.deepEqual(membersAmong([inGroup], [{ ...inEc2, InstanceId: "i-0fedcba9876543210" }]), []);
    assert.deepEqual(membersAmong([inGroup], [{ ...inEc2, PrivateIpAddress: undefined }]), []);
  });

  it("is a member with its own address, whatever else EC2 shows", () => {
    const others = [{ ...inEc2, InstanceId: "i-0fedcba9876543210", PrivateIpAddress: "10.0.0.5" }];
    assert.deepEqual(membersAmong([inGroup], [...others, inEc2]), [
      { instanceId: InstanceId, privateAddress: "10.0.0.4" },
    ]);
  });
});
