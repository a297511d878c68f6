import assert from "node:assert/strict";
import { WorkerScript } from "./workerScript";

describe("A Spot instance that EC2 takes back", () => {
  let run: ReturnType<WorkerScript["run"]>;
  before(() => {
    const script = new WorkerScript("spot-watch");
    const notice = '{"action": "terminate", "time": "2026-11-24T02:00:00Z"}';
    run = script.run({ metadata: { "spot/instance-action": ["", "", notice] } });
    script.remove();
  });

  it("asks for the notice until there is one", () => {
    assert.deepEqual(run.asked, Array(3).fill("spot/instance-action"));
    assert.equal(run.status, 0, run.stderr);
  });

  it("cordons its own Node and labels it with the time, with the kubelet's credential", () => {
    const { sent } = run;
    assert.equal(sent.at(-1), "https://api.demo.example.com:6443/api/v1/nodes/ip-10-0-0-10");
    const at = String(Date.parse("2026-11-24T02:00:00Z") / 1000);
    assert.deepEqual(JSON.parse(sent[sent.indexOf("--data") + 1] ?? ""), {
      metadata: { labels: { "pulumi-kubeadm/interrupted-at": at } },
      spec: { unschedulable: true },
    });
    assert.equal(sent[sent.indexOf("--cert") + 1], "/var/lib/kubelet/pki/kubelet-client-current.pem");
  });
});
