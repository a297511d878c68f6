import assert from "node:assert/strict";
import { Answers, runChore } from "./chore";

/** Runs `leave` on a controller whose apiserver's port is already closed, and whose member leaves at once. */
function leave(kubectl: Answers["kubectl"], { serves = true } = {}) {
  const { status, log, calls } = runChore("leave", [], {
    kubectl,
    files: {
      "/run/cluster/instance.env": "LOCAL_HOSTNAME=ip-10-0-0-5\nPRIVATE_IP=127.0.0.1\n",
      ...(serves && { "/etc/kubernetes/manifests/kube-apiserver.yaml": "kind: Pod\n" }),
      "/opt/cluster/bin/etcd-leave": '#!/bin/bash\necho "etcd-leave" >>"$(dirname "$0")/../../../calls"\n',
    },
  });
  return { status, calls, log: log.join("\n") };
}

describe("A controller that leaves", () => {
  const drain = "kubectl drain ip-10-0-0-5 --ignore-daemonsets --delete-emptydir-data --force --timeout 55s";
  const begin = "systemctl stop kubeadm-init.service";
  const rest = [begin, "systemctl stop kubeadm-init.service etcd-ready.target", "etcd-leave"];

  it("has its pods moved while its apiserver serves: cluster DNS and the add-ons are among them", () => {
    const { status, calls, log } = leave({ "drain *": "" });
    assert.deepEqual([status, calls], [0, [drain, ...rest]], log);
  });

  it("starts no apiserver any more, if none runs yet", () => {
    const { status, calls, log } = leave({ "drain *": "" }, { serves: false });
    assert.deepEqual([status, calls], [0, [drain, begin, "etcd-leave"]], log);
  });

  it("leaves even if they cannot be moved, and says so", () => {
    const { status, calls, log } = leave({});
    assert.deepEqual([status, calls], [0, [drain, ...rest]], log);
    assert.match(log, /leave: ip-10-0-0-5 is not empty, its pods end with it/);
  });
});
