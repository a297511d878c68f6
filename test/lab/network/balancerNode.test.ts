import { deepEqual } from "node:assert/strict";
import { serverChanges } from "../../../lab/network/balancerNode";

const one = { id: "i-1", address: "10.0.0.5", port: 6443 };
const nothing = { add: [], drain: [], resume: [], remove: [] };

describe("A load balancer's servers and the targets that are registered", () => {
  it("a target is added, once", () => {
    deepEqual(serverChanges([], [one], 0), { ...nothing, add: [one] });
    deepEqual(serverChanges([{ id: "i-1" }], [one], 0), nothing);
  });

  it("one that is deregistered keeps its connections until the delay is over", () => {
    deepEqual(serverChanges([{ id: "i-1" }], [], 0), { ...nothing, drain: ["i-1"] });
    deepEqual(serverChanges([{ id: "i-1", leavesAt: 10 }], [], 9), nothing);
    deepEqual(serverChanges([{ id: "i-1", leavesAt: 10 }], [], 10), { ...nothing, remove: ["i-1"] });
  });

  it("one that comes back in that time goes on", () => {
    deepEqual(serverChanges([{ id: "i-1", leavesAt: 10 }], [one], 10), { ...nothing, resume: ["i-1"] });
  });
});
