import assert from "node:assert/strict";
import { changes, runChore } from "./chore";

const day = 24 * 3600;
const memberLine = (id: string) =>
  `8e9e05c52164694d, started, ${id}, https://${id}.etcd.demo.k8s.example.com:2380, https://${id}.etcd.demo.k8s.example.com:2379, false`;
const pods = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];

describe("kubeadm's certificates", () => {
  /**
   * One run on controller i-1; `unready` are those whose apiservers are not ready, `going` those without an
   * address.
   */
  const run = (
    days: readonly number[],
    { pending = false, unready = [] as string[], going = [] as string[] } = {},
  ) => {
    const { status, calls, log } = runChore("kubeadm-certs", [], {
      kubectl: {
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
      etcdctl: {
        "member list": ["i-1", "i-2", "i-3"].map(memberLine).join("\n"),
      },
      files: {
        "/opt/bin/curl": `#!/bin/bash\n${["i-1", ...unready].map((id) => `[[ $* != *address-of-${id}:* ]] || exit 22`).join("\n")}\n`,
        // One try of whatever is waited for, which comes about with the pods.
        "/opt/cluster/lib/dns.sh": [
          'wait_for() { [[ $3 == is_restarted ]] || "${@:3}"; }',
          `addresses() { [[ " etcd. ${["i-1", "i-2", "i-3"].filter((id) => !going.includes(id)).join(". ")}. " == *" \${1%%.*}. "* ]] && echo "address-of-\${1%%.*}"; }`,
        ].join("\n"),
        "/run/cluster/instance.env": "INSTANCE_ID=i-1\nLOCAL_HOSTNAME=a\n",
        ...Object.fromEntries(pods.map((pod) => [`/etc/kubernetes/manifests/${pod}.yaml`, "kind: Pod"])),
        ...(pending && { "/var/lib/cluster/restart-pending": "" }),
      },
    });
    return {
      status,
      log,
      changed: changes(calls.filter((call) => call !== "etcdctl member list")).map((call) =>
        call.replace(/ --config.*| -f \S+| [^ ]*=2.*/g, ""),
      ),
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

  it("are renewed together after that, and their users restarted, by the holder of the lock", () => {
    const { status, changed } = run([29, 80]);
    assert.deepEqual(
      [status, changed],
      [0, [looked, locked, looked, "kubeadm certs renew all", ...restarts]],
    );
  });

  it("are not renewed again if a run broke off before the restarts", () => {
    const { status, changed } = run([80], { pending: true });
    assert.deepEqual([status, changed], [0, [looked, locked, looked, ...restarts]]);
  });

  it("wait while another controller's apiserver is not ready, unless it is going", () => {
    const { status, changed, log } = run([29], { unready: ["i-3"] });
    assert.deepEqual([status, changed], [1, [looked, locked, looked]]);
    assert.match(log.join(), /ERROR: the apiserver of i-3 is not ready: this one is not restarted/);
    assert.equal(run([29], { unready: ["i-3"], going: ["i-3"] }).status, 0);
  });

  it("are renewed in their last week or later even if others are not ready: one broken controller must not stop all", () => {
    for (const left of [6, -1]) {
      const { status, changed, log } = run([left, 80], { unready: ["i-2", "i-3"] });
      assert.deepEqual(
        [status, changed],
        [0, [looked, locked, looked, "kubeadm certs renew all", ...restarts]],
      );
      assert.match(log.join(), /ERROR: the apiserver of i-2 is not ready, but less than seven days are left/);
    }
  });
});
