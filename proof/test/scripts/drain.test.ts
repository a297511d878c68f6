import assert from "node:assert/strict";
import { Answers, changes, runChore } from "./chore";
import { controllerNode } from "../../../test/ignition/rendered";

describe("Draining", () => {
  const member = (id: string, group: string, state: string) =>
    `<member><AutoScalingGroupName>${group}</AutoScalingGroupName><LifecycleState>${state}</LifecycleState><InstanceId>${id}</InstanceId></member>`;

  const owned =
    "Action=DescribeInstances MaxResults=1000 Filter.1.Name=tag:kubernetes.io/cluster/demo Filter.1.Value.1=owned";
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `i-${index + 1}`);
  const listed = (...ids: string[]) => ids.map((id) => `<instanceId>${id}</instanceId>`).join("");
  const asked = (ids: readonly string[]) =>
    `autoscaling Action=DescribeAutoScalingInstances ${ids.map((id, index) => `InstanceIds.member.${index + 1}=${id}`).join(" ")}`;

  const marked = "get nodes -l pulumi-kubeadm/interrupted-at *";

  const named = (host: string) =>
    `ec2 Action=DescribeInstances Filter.1.Name=tag:kubernetes.io/cluster/demo Filter.1.Value.1=owned Filter.2.Name=instance-state-name Filter.2.Value.1=running Filter.3.Name=private-dns-name Filter.3.Value.1=${host}.eu-west-1.compute.internal Filter.3.Value.2=${host}.ec2.internal Filter.4.Name=tag:aws:autoscaling:groupName Filter.4.Value.1=demo-pool-*`;

  it("begins for Nodes with a Spot notice, for the instance that has the Node's name in EC2", () => {
    const { calls, log } = runChore("drain", [], {
      kubectl: { [marked]: "ip-10-0-0-1.corp ip-10-0-0-9.corp ip-10-0-0-2.corp" },
      aws: { [named("ip-10-0-0-1")]: listed("i-1"), [named("ip-10-0-0-2")]: listed("i-2") },
    });
    assert.deepEqual(changes(calls), [
      "systemctl start --no-block drain@i-1.service",
      "systemctl start --no-block drain@i-2.service",
    ]);
    assert.match(
      log.join(),
      /ip-10-0-0-9\.corp says .* EC2 knows no running instance of a pool with this name/,
    );
  });

  it("begins for this cluster's pool instances that wait for termination", () => {
    const { status, calls } = runChore("drain", [], {
      kubectl: { [marked]: "" },
      aws: {
        [`ec2 ${owned}`]: listed(...ids(5)),
        [asked(ids(5))]:
          `<r>${member("i-1", "demo-pool-a", "InService")}${member("i-2", "demo-pool-a", "Terminating:Wait")}` +
          `${member("i-3", "demo-controllers", "Terminating:Wait")}${member("i-4", "other-pool-a", "Terminating:Wait")}` +
          `${member("i-5", "demo-pool-b", "Terminating:Wait")}</r>`,
      },
    });
    assert.equal(status, 0);
    assert.deepEqual(changes(calls), [
      "systemctl start --no-block drain@i-2.service",
      "systemctl start --no-block drain@i-5.service",
    ]);
  });

  it("asks EC2 page by page, and Auto Scaling for 50 instances at a time", () => {
    const all = ids(101);
    const { status, calls } = runChore("drain", [], {
      kubectl: { [marked]: "" },
      aws: {
        [`ec2 ${owned} NextToken=page2`]: listed(...all.slice(60)),
        [`ec2 ${owned}`]: `${listed(...all.slice(0, 60))}<nextToken>page2</nextToken>`,
        [asked(all.slice(0, 50))]: "<r/>",
        [asked(all.slice(50, 100))]: `<r>${member("i-51", "demo-pool-a", "Terminating:Wait")}</r>`,
        [asked(all.slice(100))]: `<r>${member("i-101", "demo-pool-a", "Terminating:Wait")}</r>`,
      },
    });
    assert.equal(status, 0);
    assert.deepEqual(changes(calls), [
      "systemctl start --no-block drain@i-51.service",
      "systemctl start --no-block drain@i-101.service",
    ]);
  });

  const instance =
    "<instanceId>i-2</instanceId><privateDnsName>worker.eu-west-1.compute.internal</privateDnsName>";
  const nodes = JSON.stringify({
    items: [
      { metadata: { name: "a-liar.corp" }, spec: { providerID: "aws:///eu-west-1a/i-2" } },
      { metadata: { name: "worker2.corp" }, spec: { providerID: "aws:///eu-west-1a/i-22" } },
      { metadata: { name: "worker.corp" }, spec: { providerID: "aws:///eu-west-1a/i-2" } },
    ],
  });
  const complete =
    "autoscaling Action=CompleteLifecycleAction AutoScalingGroupName=demo-pool-a LifecycleHookName=terminate InstanceId=i-2 LifecycleActionResult=CONTINUE";
  const drainNode = (
    kubectl: Answers["kubectl"],
    {
      state = "Terminating:Wait",
      limit = 780,
      ...world
    }: { state?: string; limit?: number } & Partial<Answers> = {},
  ) => {
    const script = controllerNode().texts.get("/opt/cluster/bin/drain-node") ?? "";
    assert.match(script, /^limit_seconds=780$/m);
    const { status, calls, log } = runChore("drain-node", ["i-2"], {
      ...world,
      files: { "/opt/cluster/bin/drain-node": script.replace("=780\n", `=${limit}\n`) },
      kubectl: { "get nodes *": nodes, "get volumeattachments *": attached(), ...kubectl },
      aws: {
        "ec2 Action=DescribeInstances Filter.1.Name=instance-id Filter.1.Value.1=i-2": instance,
        "autoscaling Action=DescribeAutoScalingInstances*": member("i-2", "demo-pool-a", state),
        "autoscaling Action=CompleteLifecycleAction*": "",
      },
    });
    return { status, changed: changes(calls), log };
  };
  const attached = (...to: string[]) =>
    JSON.stringify({ items: to.map((nodeName) => ({ spec: { nodeName } })) });
  const drain = "kubectl drain worker.corp --ignore-daemonsets --delete-emptydir-data --force --timeout 60s";

  const forget = "kubectl delete node worker.corp --ignore-not-found --wait=false";

  it("empties the instance's own node, deletes it, then lets the termination go on", () => {
    const { status, changed } = drainNode({ "drain worker.corp *": "", "delete node worker.corp *": "" });
    assert.deepEqual([status, changed], [0, [drain, forget, complete]]);
  });

  it("deletes the node once its volumes are released: Kubernetes would keep them from other nodes for six minutes", () => {
    const { changed, log } = drainNode({
      "drain worker.corp *": "",
      "get volumeattachments *": [
        attached("other", "worker.corp"),
        attached("worker.corp"),
        attached("other"),
      ],
      "delete node worker.corp *": "",
    });
    assert.deepEqual(changed, [drain, forget, complete]);
    assert.match(log.join("\n"), /waiting up to 60 s for release of the volumes on worker\.corp/);
  });

  it("waits for volumes no longer than for pods", () => {
    const kubectl = { "drain worker.corp *": "", "get volumeattachments *": attached("worker.corp") };
    const { changed, log } = drainNode(kubectl, { limit: 3 });
    assert.deepEqual(changed.slice(1), [forget, complete]);
    assert.match(log.join("\n"), /gave up after [123] s: no release of the volumes on worker\.corp/);
  });

  it("lets the termination go on when the node cannot be deleted", () => {
    const { status, changed } = drainNode({ "drain worker.corp *": "" });
    assert.deepEqual([status, changed], [0, [drain, forget, complete]]);
  });

  it("lets the termination go on when a budget holds a pod for too long, and says so", () => {
    const { status, changed, log } = drainNode({}, { limit: 3 });
    assert.equal(status, 0);
    assert.ok(changed.length > 1 && changed.at(-1) === complete, changed.join("\n"));
    for (const call of changed.slice(0, -1))
      assert.match(call, /^kubectl drain worker\.corp .* --timeout [123]s$/);
    assert.match(
      log.join("\n"),
      /ERROR: worker\.corp \(i-2\) is not empty after [3-9] s: its termination goes on/,
    );
  });

  it("lets the termination go on when the kubelet is silent: nobody would report that a pod has ended", () => {
    const { status, changed, log } = drainNode({ "get node worker.corp *": "Unknown" });
    assert.deepEqual([status, changed], [0, [drain, complete]]);
    assert.match(
      log.join("\n"),
      /ERROR: worker\.corp \(i-2\) .*, and its kubelet is silent: its termination goes on/,
    );
  });

  it("goes on after a failure that is not its time-out, such as the apiserver's restart, in the time that is left", () => {
    const { status, changed, log } = drainNode(
      { "drain worker.corp *": "", "delete node worker.corp *": "" },
      { kubectlFails: { "drain worker.corp *": 1 } },
    );
    assert.deepEqual([status, changed.length, changed.slice(2)], [0, 4, [forget, complete]], log.join("\n"));
    const [first, second] = changed.map((call) => Number(/ --timeout (\d+)s$/.exec(call)?.[1]));
    assert.deepEqual([first, second], [60, 60]);
  });

  it("is left to the next leading controller if this one does not serve any more: the hook waits", () => {
    const { status, changed, log } = drainNode({}, { inactive: ["kubeadm-init.service"] });
    assert.deepEqual([status, changed], [75, [drain]]);
    const said = "this controller leaves or does not serve: the one that leads next drains worker.corp (i-2)";
    assert.ok(log.join("\n").includes(said), log.join("\n"));
  });

  it("ends when another controller has finished it: the Node is gone", () => {
    const { status, changed } = drainNode(
      { "get nodes *": [nodes, '{"items":[]}'] },
      { state: "Terminating:Proceed" },
    );
    assert.deepEqual([status, changed], [0, [drain, forget]]);
  });

  it("takes no longer than EC2 leaves the instance", () => {
    const interrupted = (at: string) =>
      drainNode({
        "drain worker.corp *": "",
        "get nodes *": JSON.stringify({
          items: [
            {
              metadata: { name: "worker.corp", labels: { "pulumi-kubeadm/interrupted-at": at } },
              spec: { providerID: "aws:///eu-west-1a/i-2" },
            },
          ],
        }),
      })
        .changed[0]?.split(" ")
        .at(-1);
    const inSeconds = (seconds: number) => String(Math.floor(Date.now() / 1000) + seconds);
    const limit = Number(interrupted(inSeconds(50))?.replace("s", ""));
    assert.ok(limit > 40 && limit <= 50, String(limit));
    assert.equal(interrupted(inSeconds(-10)), "1s");
    for (const wrong of [inSeconds(5000), "soon", "limit_seconds"]) assert.equal(interrupted(wrong), "60s");
  });

  it("waits while two Nodes have the instance's host name: nobody can tell which one it is", () => {
    const twice = JSON.stringify({
      items: ["worker.a", "worker.corp"].map((name) => ({ metadata: { name }, spec: {} })),
    });
    const { status, changed, log } = drainNode({ "get nodes *": twice }, { limit: 3 });
    assert.deepEqual([status, changed], [1, []]);
    assert.match(log.join(), /more than one Node has the host name of i-2, .*: worker\.a,worker\.corp/);
  });

  it("completes the hook of an instance that never joined", () => {
    assert.deepEqual(drainNode({ "get nodes *": '{"items":[]}' }).changed, [complete]);
  });

  it("completes no hook that no longer waits", () => {
    assert.deepEqual(drainNode({ "drain worker.corp *": "" }, { state: "Terminating:Proceed" }).changed, [
      drain,
      forget,
    ]);
  });
});
