import assert from "node:assert/strict";
import fc from "fast-check";
import { Trap } from "./hostileTexts";
import { World, WorkerScript } from "./workerScript";

const metadata: World["metadata"] = {
  "instance-id": ["i-0123456789abcdef0"],
  "local-ipv4": ["10.0.0.10"],
  "placement/availability-zone": ["eu-west-1a"],
  "local-hostname": ["ip-10-0-0-10.ec2.internal"],
};

describe("A node without instance metadata", () => {
  let script: WorkerScript;
  beforeEach(() => (script = new WorkerScript("instance-metadata")));
  afterEach(() => script.remove());

  it("waits for as long as it takes, as systemd starts what needs them once, and says so every minute", () => {
    const { status, stderr, instance } = script.run({
      metadata: { ...metadata, "instance-id": [...Array<string>(8).fill(""), "i-1"] },
      sleepSeconds: 50,
    });
    assert.equal(status, 0, stderr);
    assert.equal(stderr.match(/waiting for instance metadata/g)?.length, 4, stderr);
    assert.equal(instance[0], "INSTANCE_ID=i-1");
  });
});

describe("What instance metadata say", function () {
  this.timeout(60_000);
  let trap: Trap;
  beforeEach(() => (trap = new Trap()));
  afterEach(() => trap.remove());

  function tell(told: Readonly<Record<string, string>>) {
    const script = new WorkerScript("instance-metadata");
    try {
      const answers = Object.fromEntries(Object.entries(told).map(([path, value]) => [path, [value]]));
      return script.run({ metadata: { ...metadata, ...answers }, waitsInVain: true });
    } finally {
      script.remove();
    }
  }

  it("may be several domains of the host name, in any case: the first counts, in lower case", () => {
    const { status, instance } = tell({ "local-hostname": "IP-10-0-0-10.Example.COM other.example.com" });
    assert.equal(status, 0);
    assert.equal(instance.at(-1), "LOCAL_HOSTNAME=ip-10-0-0-10.example.com");
  });

  const forms = {
    "instance-id": "instance-id",
    "local-ipv4": "address",
    "placement/availability-zone": "zone",
    "local-hostname": "host-name",
  };
  for (const [path, form] of Object.entries(forms)) {
    it(`is no ${path}, never sourced and told in one line, if it could be read as code`, () => {
      for (const text of [...trap.texts, ...fc.sample(trap.generated, 20)]) {
        const { status, stderr, instance } = tell({ [path]: text });
        assert.ok(trap.isUntouched(), text);
        if (status === 0) {
          assert.match(
            instance.join(" "),
            /^INSTANCE_ID=\S+ PRIVATE_IP=\S+ AVAILABILITY_ZONE=\S+ LOCAL_HOSTNAME=[a-z0-9.-]+$/,
          );
        } else {
          assert.deepEqual([status, instance], [75, ["LOCAL_HOSTNAME=ip-10-0-0-10"]], "as it was before");
          assert.match(
            stderr.trim(),
            text.trim() === ""
              ? /./
              : new RegExp(`^instance-metadata: waiting for instance metadata: ${path} is no ${form}:.*$`),
          );
        }
      }
    });
  }
});
