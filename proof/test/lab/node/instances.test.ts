import { deepEqual } from "node:assert/strict";
import { changes, type Instance } from "../../../lab/node/instances";

const instance = (id: string, state: string): Instance => ({
  id,
  state,
  architecture: "x86_64",
  address: "10.0.0.5",
  hostname: "ip-10-0-0-5.ec2.internal",
  subnetId: "subnet-1",
  zone: "us-east-1a",
  groupIds: [],
});

const idsOf = (instances: readonly Instance[], machines: readonly string[]) => {
  const { launched, gone } = changes(instances, machines);
  return { launched: launched.map(({ id }) => id), gone };
};

describe("What EC2 lists and which machines there are", () => {
  it("a running instance gets a machine, once", () => {
    deepEqual(idsOf([instance("i-1", "running")], []), { launched: ["i-1"], gone: [] });
    deepEqual(idsOf([instance("i-1", "running")], ["i-1"]), { launched: [], gone: [] });
  });

  it("a pending one waits", () => {
    deepEqual(idsOf([instance("i-1", "pending")], []), { launched: [], gone: [] });
  });

  it("the machine of one that is terminated, or unknown to EC2, is gone", () => {
    deepEqual(idsOf([instance("i-1", "terminated")], ["i-1", "i-2"]), { launched: [], gone: ["i-1", "i-2"] });
  });
});
