import assert from "node:assert/strict";
import { changes, runChore } from "./chore";

const day = 24 * 3600;
const pods = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];

describe("kubeadm's certificates", () => {
  /** One run on a controller; `unready` are addresses of apiservers that are not ready. */
  const run = (days: readonly number[], { pending = false, unready = [] as string[] } = {}) => {
    const { status, calls, log } = runChore("kubeadm-certs", [], {
      kubectl: {
        "get nodes *": "10.0.0.5 10.0.32.5",
        "annotate --local *": "kind: Pod",
        "get pod *": "", // jq below tells that it is restarted
      },
      kubeadm: {
        "certs check-expiration *": JSON.stringify({
          certificates: [
            ...days.map((left, index) => ({ name: `c${index}`, residualTime: left * day, missing: false })),
            { name: "super-admin.conf", residualTime: 0, missing: true },
          ],
        }),
      },
      files: {
        "/opt/bin/curl": `#!/bin/bash\n${unready.map((address) => `[[ $* != *${address}:* ]] || exit 22`).join("\n")}\n`,
        // One try of whatever is waited for, which comes about with the pods.
        "/opt/cluster/lib/dns.sh": 'wait_for() { [[ $3 == is_restarted ]] || "${@:3}"; }',
        "/run/cluster/instance.env": "INSTANCE_ID=i-1\nLOCAL_HOSTNAME=a\n",
        ...Object.fromEntries(pods.map((pod) => [`/etc/kubernetes/manifests/${pod}.yaml`, "kind: Pod"])),
        ...(pending && { "/var/lib/cluster/restart-pending": "" }),
      },
    });
    return {
      status,
      log,
      changed: changes(calls).map((call) => call.replace(/ --config.*| -f \S+| [^ ]*=2.*/g, "")),
    };
  };
  const looked = "kubeadm certs check-expiration";
  const locked = "etcdctl lock --ttl=60 pulumi-kubeadm/kubeadm-certs /opt/cluster/bin/kubeadm-certs renew";
  const restarts = pods.map(() => "kubectl annotate --local --overwrite");

  it("stay while all have 30 days left", () => {
    const { status, changed, log } = run([31, 80]);
    assert.deepEqual([status, changed], [0, [looked]]);
    assert.match(log.join(), /c0 expires/);
  });

  it("are renewed together after that, and what uses them is restarted, all by the one that holds the lock", () => {
    const { status, changed } = run([29, 80]);
    assert.deepEqual(
      [status, changed],
      [0, [looked, locked, looked, "kubeadm certs renew all", ...restarts]],
    );
  });

  it("are not renewed again where a run broke before the restarts", () => {
    const { status, changed } = run([80], { pending: true });
    assert.deepEqual([status, changed], [0, [looked, locked, looked, ...restarts]]);
  });

  it("wait while another controller's apiserver is not ready", () => {
    const { status, changed, log } = run([29], { unready: ["10.0.32.5"] });
    assert.deepEqual([status, changed], [1, [looked, locked, looked]]);
    assert.match(log.join(), /ERROR: the apiserver of 10\.0\.32\.5 is not ready: this one is not restarted/);
  });
});
