import assert from "node:assert/strict";
import { controllerNode } from "../../../test/ignition/rendered";
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
  const all = [begin, "systemctl stop kubeadm-init.service etcd-ready.target", drain, "etcd-leave"];

  it("has its pods moved during its apiserver's shutdown delay: cluster DNS and the add-ons are among them", () => {
    const { status, calls, log } = leave({ "drain *": "" });
    assert.deepEqual([status, calls], [0, all], log);
  });

  it("has time enough for each step: pods go during the delay, which the pod's grace and the kubelet's contain", () => {
    const seconds = (file: string, pattern: RegExp) =>
      Number(pattern.exec(controllerNode().texts.get(file) ?? "")?.[1]);
    const kubeadm = "/etc/cluster/kubeadm.yaml";
    const delay = seconds(kubeadm, /shutdown-delay-duration\n +value: (\d+)s\n/);
    const grace = seconds(
      "/etc/kubernetes/patches/kube-apiserver+merge.yaml",
      /^ {2}terminationGracePeriodSeconds: (\d+)$/m,
    );
    const critical = seconds(kubeadm, /^shutdownGracePeriodCriticalPods: (\d+)s$/m);
    const stop = seconds("/opt/cluster/lib/apiserver.sh", /wait_for (\d+) "the apiserver to stop"/);
    const steps = [60, delay, grace, critical, stop];
    assert.deepEqual(
      steps,
      [...steps].sort((one, other) => one - other),
      steps.join(),
    );
    assert.ok(grace > delay && stop > grace, steps.join());
  });

  it("starts no apiserver any more, if none runs yet", () => {
    const { status, calls, log } = leave({ "drain *": "" }, { serves: false });
    assert.deepEqual([status, calls], [0, [begin, drain, "etcd-leave"]], log);
  });

  it("leaves even if they cannot be moved, and says so", () => {
    const { status, calls, log } = leave({});
    assert.deepEqual([status, calls], [0, all], log);
    assert.match(log, /leave: ip-10-0-0-5 is not empty, its pods end with it/);
  });
});
