import assert from "node:assert/strict";
import { changes, runChore } from "./chore";

const day = 24 * 3600;
const pods = ["controller-manager", "scheduler"];
const manifest = (pod: string) => `/etc/kubernetes/manifests/kube-${pod}.yaml`;
const kubeconfig = (pod: string) => `/etc/kubernetes/${pod}.conf`;

describe("kubeadm's certificates", () => {
  /** One run; `unread` are the pods that have not restarted since somebody renewed their certificates. */
  const run = (days: readonly number[], unread: readonly string[] = []) => {
    const touch = (path: string, at: string) => `touch -d ${at} ${path}`;
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
      files: {
        ...Object.fromEntries(["apiserver", ...pods].map((pod) => [manifest(pod), "kind: Pod"])),
        ...Object.fromEntries(pods.map((pod) => [kubeconfig(pod), "kind: Config"])),
        "/run/cluster/instance.env": [
          "LOCAL_HOSTNAME=a",
          "wait_for() { :; }", // what is waited for comes about with the pods
          ...pods.flatMap((pod) => [
            touch(manifest(pod), "2026-01-02"),
            touch(kubeconfig(pod), unread.includes(pod) ? "2026-01-03" : "2026-01-01"),
          ]),
          `kubeadm() { command kubeadm "$@"; [[ $2 != renew ]] || touch ${pods.map(kubeconfig).join(" ")}; }`,
        ].join("\n"),
      },
    });
    const changed = changes(calls).map((call) => call.replace(/ --config.*| [^ ]*=2.*/g, ""));
    return {
      status,
      log,
      changed: changed.map((call) => call.replace(/-f \/etc\/kubernetes\/manifests\//, "")),
    };
  };
  const looked = "kubeadm certs check-expiration";
  const renewed = "kubeadm certs renew all";
  const restarts = (some = pods) =>
    some.map((pod) => `kubectl annotate --local --overwrite kube-${pod}.yaml`);

  it("stay while all have 30 days left, and nothing restarts", () => {
    const { status, changed, log } = run([31, 80]);
    assert.deepEqual([status, changed], [0, [looked]]);
    assert.match(log.join(), /c0 expires/);
  });

  it("are renewed together after that, and only what does not read them by itself restarts: never the apiserver", () => {
    const { status, changed, log } = run([29, 80]);
    assert.deepEqual([status, changed], [0, [looked, renewed, ...restarts()]], log.join("\n"));
    assert.match(log.join(), /restarted kube-controller-manager.*restarted kube-scheduler/);
  });

  it("are not renewed again where a run broke before a restart, which this one makes up for", () => {
    const { status, changed } = run([80], ["scheduler"]);
    assert.deepEqual([status, changed], [0, [looked, ...restarts(["scheduler"])]]);
  });

  it("are renewed after their end, too", () => {
    const { status, changed } = run([-1, 80]);
    assert.deepEqual([status, changed], [0, [looked, renewed, ...restarts()]]);
  });
});
