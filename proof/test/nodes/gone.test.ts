import assert from "node:assert/strict";
import { bootedNode } from "./bootedNode";
import type { Cloud } from "./cloud";
import type { Node } from "./node";

describe("an instance counts as gone", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let node: Node;

  before(async () => {
    ({ cloud, node } = await bootedNode());
  });
  after(() => node?.destroy());

  const goneOf = (...ids: string[]) =>
    node.withLibraries(`source /opt/cluster/lib/gone.sh; AWS_PATIENCE=1; gone_instances ${ids.join(" ")}`);

  it("when EC2 says that it is terminated, not while it runs", async () => {
    const [terminated] = await cloud.launch(1);
    await cloud.terminate(terminated);
    assert.equal((await goneOf(node.instance.id, terminated)).stdout, `${terminated}\n`);
  });

  it("when EC2 has not known it for five minutes", async () => {
    const unknown = "i-00000000000000000";
    const { stdout, stderr } = await goneOf(unknown);
    assert.equal(stdout, "");
    assert.match(stderr, /EC2 does not know i-0+$/m);
    assert.equal((await goneOf(unknown)).stdout, "");

    const since = `/run/cluster/unknown-since/${unknown}`;
    node.write(since, String(Number(node.read(since)) - 300));
    assert.equal((await goneOf(unknown)).stdout, `${unknown}\n`);
  });

  it("never because EC2 does not answer", async () => {
    await cloud.fail(Array(9).fill({ status: 503, code: "Unavailable" }));
    const { code, stdout } = await goneOf(node.instance.id);
    await cloud.fail([]);
    assert.notEqual(code, 0);
    assert.equal(stdout, "");
  });
});
