import assert from "node:assert/strict";
import { changes, runChore } from "./chore";

describe("Which nodes are controllers", () => {
  const question =
    "ec2 Action=DescribeInstances Filter.1.Name=tag:aws:autoscaling:groupName Filter.1.Value.1=demo-controllers Filter.2.Name=instance-state-name Filter.2.Value.1=running";
  const named = (...hosts: string[]) =>
    hosts
      .map((host) => `<privateDnsName>${host}.eu-west-1.compute.internal</privateDnsName>`)
      .join("<privateDnsName/>");
  const write = (written: string[], running: string | undefined, leads = true) =>
    runChore("controllers-write", [], {
      leads,
      kubectl: {
        "get configmap controllers *":
          written.length > 0
            ? JSON.stringify({ data: Object.fromEntries(written.map((name) => [name, ""])) })
            : "",
        "apply *": "",
      },
      aws: running === undefined ? {} : { [question]: running },
      files: { "/run/cluster/instance.env": "LOCAL_HOSTNAME=ip-10-0-0-5.corp.example.com\n" },
    });
  const applied = "kubectl apply --server-side --force-conflicts --field-manager controllers -f -";

  it("is known to EC2, and a new controller records it, even if another one leads", () => {
    for (const before of [[], ["ip-10-0-0-9"]]) {
      const { status, calls, created, log } = write(before, named("ip-10-0-0-6", "ip-10-0-0-5"), false);
      assert.deepEqual([status, changes(calls)], [0, [applied]]);
      assert.deepEqual(JSON.parse(created), {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "controllers", namespace: "kube-system" },
        data: { "ip-10-0-0-5": "", "ip-10-0-0-6": "" },
      });
      assert.deepEqual(log, ["controllers-write: the controllers are ip-10-0-0-5, ip-10-0-0-6"]);
    }
  });

  it("is checked only by the leading controller, once the list has a controller", () => {
    const { status, calls } = write(["ip-10-0-0-5"], undefined, false);
    assert.deepEqual([status, calls.filter((call) => call.startsWith("ec2"))], [0, []]);
  });

  it("does not include a lost controller, so that nobody else becomes a controller with its name", () => {
    const { status, created } = write(["ip-10-0-0-5", "ip-10-0-0-9"], named("ip-10-0-0-5"));
    assert.deepEqual([status, JSON.parse(created).data], [0, { "ip-10-0-0-5": "" }]);
  });

  it("is not written again while nothing has changed", () => {
    const { status, calls, log } = write(
      ["ip-10-0-0-5", "ip-10-0-0-12"],
      named("ip-10-0-0-12", "ip-10-0-0-5"),
    );
    assert.deepEqual([status, changes(calls), log], [0, [], []]);
  });

  it("stays unchanged while EC2 does not answer, or does not know the asking controller", () => {
    const { status, calls } = write(["ip-10-0-0-9"], undefined);
    assert.deepEqual([status === 0, changes(calls)], [false, []]);
    const other = write(["ip-10-0-0-5"], named("ip-10-0-0-9"));
    assert.deepEqual([other.status, changes(other.calls)], [75, []]);
    assert.match(
      other.log.join(),
      /EC2 does not name ip-10-0-0-5 yet among the running instances of demo-controllers/,
    );
  });
});
