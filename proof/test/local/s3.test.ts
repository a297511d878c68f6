import assert from "node:assert/strict";
import { authorization, withLocalAws } from "./localAws";

describe("the local AWS does what S3 does and moto does not", () => {
  const aws = withLocalAws();

  it("lets one of many simultaneous conditional PUTs win", async () => {
    await fetch(`${aws.url}/formation`, { method: "PUT" });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, writer) =>
        fetch(`${aws.url}/formation/etcd/formed.json`, {
          method: "PUT",
          body: String(writer),
          headers: { "If-None-Match": "*", Authorization: authorization("s3") },
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, ...Array.from({ length: 19 }, () => 412)]);
  });
});
