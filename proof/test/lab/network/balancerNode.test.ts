import { deepEqual, equal } from "node:assert/strict";
import { commonHealth, foundHealth, serverChanges } from "../../../lab/network/balancerNode";

const one = { id: "i-1", address: "10.0.0.5", port: 6443 };
const nothing = { add: [], deregister: [], drain: [], resume: [], remove: [] };

describe("A load balancer's servers and the targets that are registered", () => {
  it("a target is added, once", () => {
    deepEqual(serverChanges([], [one], 0), { ...nothing, add: [one] });
    deepEqual(serverChanges([{ id: "i-1" }], [one], 0), nothing);
  });

  it("one that is deregistered gets new connections, then keeps those it has, until the delay is over", () => {
    const leaving = { id: "i-1", drainsAt: 5, leavesAt: 10 };
    deepEqual(serverChanges([{ id: "i-1" }], [], 0), { ...nothing, deregister: ["i-1"] });
    deepEqual(serverChanges([leaving], [], 4), nothing);
    deepEqual(serverChanges([leaving], [], 5), { ...nothing, drain: ["i-1"] });
    deepEqual(serverChanges([leaving], [], 10), { ...nothing, remove: ["i-1"] });
  });

  it("one that comes back in that time goes on", () => {
    const leaving = { id: "i-1", drainsAt: 5, leavesAt: 10 };
    deepEqual(serverChanges([leaving], [one], 10), { ...nothing, resume: ["i-1"] });
  });
});

describe("A target's health", () => {
  it("is initial until a check has failed or enough of them have passed", () => {
    equal(foundHealth(false, false, "").state, "initial");
    equal(foundHealth(false, false, "Layer7 check passed").state, "initial");
    equal(foundHealth(true, false, "Layer7 check passed").state, "healthy");
    equal(foundHealth(false, false, "Layer4 timeout").state, "unhealthy");
    equal(foundHealth(false, true, "Layer7 check passed").state, "unhealthy");
  });

  it("is good if all nodes find it so", () => {
    const well = foundHealth(true, true, "");
    const ill = foundHealth(false, true, "Layer4 timeout");
    deepEqual(commonHealth([{ a: well, b: well }, { a: ill, b: well }, { a: well }]), { a: ill, b: well });
  });
});
