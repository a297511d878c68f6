/** A node's role. */
export type Role = "controller" | "worker";

/** Our own check for a recommendation that the scanner leaves to people, or checks too briefly. */
export interface OwnCheck {
  /** Number of the recommendation. */
  readonly id: string;
  readonly on: readonly Role[];
  /** Bash in strict mode, as root on the node; it succeeds if the recommendation is met. */
  readonly script: string;
}

const controllers: readonly Role[] = ["controller"];
const everyNode: readonly Role[] = ["controller", "worker"];

const kubectl = "kubectl --kubeconfig /etc/kubernetes/admin.conf --server https://127.0.0.1:6443";

/** One per recommendation. */
export const ownChecks: readonly OwnCheck[] = [
  {
    // The scanner looks in a place that CNI plugins no longer use. The lock is empty, and its mode is the
    // plugin's.
    id: "1.1.9",
    on: everyNode,
    script: `
      files=$(find /etc/cni/net.d /var/lib/cni -type f ! -name lock)
      [[ $files == */etc/cni/net.d/* && $files == */var/lib/cni/networks/* ]]
      wide=$(find /etc/cni/net.d /var/lib/cni -type f ! -name lock -perm /177)
      [[ -z $wide ]] || { stat -c '%a %n' $wide; exit 1; }
      [[ -z $(find /var/lib/cni -name lock -size +0) ]]`,
  },
  {
    id: "1.1.10",
    on: everyNode,
    script: `
      others=$(find /etc/cni /var/lib/cni ! -user root -o ! -group root)
      [[ -z $others ]] || { echo "$others"; exit 1; }`,
  },
  {
    id: "1.2.1",
    on: controllers,
    script: `
      ask() { curl -sS --cacert /etc/kubernetes/pki/ca.crt -o /dev/null -w '%{http_code}' "https://127.0.0.1:6443$1"; }
      for path in / /api /apis /version /metrics /api/v1/secrets /.well-known/openid-configuration; do
        status=$(ask "$path")
        [[ $status == 401 ]] || { echo "$path: $status"; exit 1; }
      done
      [[ $(ask /readyz) == 200 ]]`,
  },
  {
    id: "1.2.11",
    on: controllers,
    script: `
      source /run/cluster/instance.env
      client=/etc/kubernetes/pki/apiserver-kubelet-client
      curl -sS --fail --cacert /etc/kubernetes/pki/ca.crt --cert "$client.crt" --key "$client.key" \\
        "https://$PRIVATE_IP:10250/metrics" >/run/cis-metrics
      grep '^kubernetes_feature_enabled{name="KubeletEnsureSecretPulledImages"' /run/cis-metrics | grep ' 1$'`,
  },
  {
    id: "1.2.20",
    on: controllers,
    script: `
      flags=$(tr '\\0' '\\n' <"/proc/$(pgrep -x kube-apiserver)/cmdline")
      ! grep -e '^--request-timeout' <<<"$flags"`,
  },
  {
    id: "2.7",
    on: controllers,
    script: `
      for ca in /etc/kubernetes/pki/ca.crt /etc/kubernetes/pki/front-proxy-ca.crt; do
        for leaf in /etc/etcd/pki/{server,peer,client}.pem; do
          if openssl verify -CAfile "$ca" "$leaf" 2>/dev/null; then exit 1; fi
          openssl verify -CAfile /etc/etcd/pki/ca.crt "$leaf"
        done
      done`,
  },
  {
    id: "3.1.2",
    on: controllers,
    script: `
      tokens=$(${kubectl} get secrets -A --field-selector type=kubernetes.io/service-account-token -o name)
      [[ -z $tokens ]] || { echo "$tokens"; exit 1; }`,
  },
  {
    id: "3.1.3",
    on: controllers,
    script: `
      ${kubectl} get secrets -n kube-system --field-selector type=bootstrap.kubernetes.io/token -o json | jq -e '
        .items | length > 0 and all(.data | map_values(@base64d) |
          (.["auth-extra-groups"] | test("^system:bootstrappers:kubeadm:default-node-token,system:bootstrappers:pool:[a-z0-9-]+$"))
          and .["usage-bootstrap-authentication"] == "true"
          and (.["usage-bootstrap-signing"] // "false") == "false"
          and (.expiration | fromdate) < now + 24 * 3600)'`,
  },
  {
    id: "3.2.2",
    on: controllers,
    script: `
      log=/var/log/kubernetes/audit.log name=cis-$RANDOM$RANDOM
      ${kubectl} create deployment "$name" --image registry.k8s.io/pause:3.10.2 --dry-run=server
      ${kubectl} run "$name" --image registry.k8s.io/pause:3.10.2 --dry-run=server
      [[ $(grep -F "$name" "$log" | jq -r .objectRef.resource | sort -u | paste -sd ' ') == *"deployments pods"* ]]
      [[ -z $(grep '^{.*}$' "$log" | jq -r 'select(.level != "Metadata")
        | select(.objectRef.resource | IN("secrets", "configmaps", "tokenreviews")) | .auditID') ]]`,
  },
  {
    // kube-proxy has no kubeconfig on the node: its pod has one, without credentials.
    id: "4.1.3",
    on: everyNode,
    script: `
      [[ ! -e /etc/kubernetes/proxy.conf ]]
      file=/proc/$(pgrep -x kube-proxy)/root/var/lib/kube-proxy/kubeconfig.conf
      grep tokenFile: "$file"
      ! grep -E 'client-key|client-certificate|token:|password' "$file"`,
  },
  {
    id: "4.1.4",
    on: everyNode,
    script: `
      file=/proc/$(pgrep -x kube-proxy)/root/var/lib/kube-proxy/kubeconfig.conf
      [[ $(stat -L -c %u:%g "$file") == 0:0 ]]`,
  },
  {
    id: "4.2.9",
    on: everyNode,
    script: `
      pair=/var/lib/kubelet/pki/kubelet-server-current.pem
      openssl verify -CAfile /etc/kubernetes/pki/ca.crt "$pair"
      [[ $(stat -L -c %a:%U:%G "$pair") == 600:root:root ]]`,
  },
  {
    id: "4.2.12",
    on: everyNode,
    script: `
      source /run/cluster/instance.env
      ask() { openssl s_client "$1" -connect "$PRIVATE_IP:10250" </dev/null 2>&1; }
      if ask -tls1_2; then exit 1; fi
      ask -tls1_3 >/dev/null`,
  },
];
