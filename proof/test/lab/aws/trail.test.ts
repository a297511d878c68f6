import assert from "node:assert/strict";
import { isIgnitions, isScripts, notRenewed, Trail, type TrailEvent } from "../../../lab/aws/trail";

const call = (accessKeyId: string, refusal?: TrailEvent["refusal"]): TrailEvent => ({
  ...{ eventSource: "s3", sourceIPAddress: "10.0.0.5", userAgent: "curl/7.88.1", accessKeyId, refusal },
  httpStatus: refusal ? 400 : 200,
});

describe("the trail of calls to the lab's AWS", () => {
  it("tells Ignition from scripts", () => {
    const by = (userAgent: string) => ({ ...call("A"), userAgent });
    assert.deepEqual(
      ["Ignition/2.24.0", "aws-sdk-go-v2/1.39.2 ua/2.1", "curl/7.88.1", ""].map((agent) => [
        isIgnitions(by(agent)),
        isScripts(by(agent)),
      ]),
      [[true, false], [true, false], [false, true], [false, false]], // prettier-ignore
    );
  });

  it("names whose scripts had no success with new credentials since theirs expired", () => {
    const expired = call("A", "expired");
    assert.deepEqual(notRenewed([call("A"), expired]), ["10.0.0.5"]);
    assert.deepEqual(notRenewed([expired, call("B", "unavailable"), call("B", "denied")]), ["10.0.0.5"]);
    assert.deepEqual(notRenewed([expired, call("B"), { ...expired, sourceIPAddress: "10.0.0.6" }]), [
      "10.0.0.6",
    ]);
    assert.deepEqual(notRenewed([expired, call("B")]), []);
  });

  it("gives the next call that matches, and none from before", async () => {
    const trail = new Trail();
    trail.record(call("A"));
    const next = trail.next("a call that S3 refuses", 10, ({ refusal }) => refusal !== undefined);
    trail.record(call("B"));
    trail.record(call("C", "unavailable"));
    assert.equal((await next).accessKeyId, "C");
    assert.equal(trail.events.length, 3);
  });

  it("says what did not come", async () => {
    await assert.rejects(
      new Trail().next("a call", 0.01, () => true),
      /not within 0 s: a call/,
    );
  });
});
