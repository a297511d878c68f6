import assert from "node:assert/strict";
import { authorization, withLocalAws } from "./localAws";

describe("a call that the SDK sends again, having lost the answer", () => {
  const aws = withLocalAws();

  const createGroup = (call: string, name: string) =>
    fetch(aws.url, {
      method: "POST",
      body: new URLSearchParams({
        Action: "CreateSecurityGroup",
        Version: "2016-11-15",
        GroupName: name,
        GroupDescription: name,
      }),
      headers: { Authorization: authorization("ec2"), "amz-sdk-invocation-id": call },
    });

  it("is answered as it was the first time", async () => {
    const first = await createGroup("lost", "nodes");
    const repeated = await createGroup("lost", "nodes");
    assert.deepEqual([first.status, repeated.status], [200, 200]);
    assert.equal(await repeated.text(), await first.text());
  });

  it("is told from another call that asks for the same", async () => {
    const statuses = [];
    for (const call of ["one", "two"]) statuses.push((await createGroup(call, "twice")).status);
    assert.deepEqual(statuses, [200, 400]);
  });

  it("is tried again if the first attempt failed", async () => {
    await createGroup("earlier", "taken");
    const refused = await createGroup("later", "taken");
    const deleted = await fetch(aws.url, {
      method: "POST",
      body: new URLSearchParams({ Action: "DeleteSecurityGroup", Version: "2016-11-15", GroupName: "taken" }),
      headers: { Authorization: authorization("ec2") },
    });
    const again = await createGroup("later", "taken");
    assert.deepEqual([refused.status, deleted.status, again.status], [400, 200, 200]);
  });
});
