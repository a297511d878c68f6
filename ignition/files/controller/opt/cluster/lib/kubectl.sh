# Sourced by the controllers' chores: kubectl, and who does them.

PATH=/opt/bin:$PATH

# As the cluster's administrator, through the apiserver of this very controller.
kubectl() {
  command kubectl --kubeconfig /etc/kubernetes/admin.conf --server https://127.0.0.1:6443 \
    --cache-dir /run/cluster/kubectl --request-timeout 30s "$@"
}

# Succeeds on the one controller that does the chores of the cluster: the one whose controller-manager leads. Should two
# think so for a moment, nothing breaks: every chore may be done twice.
leads() {
  local holder
  holder=$(kubectl get lease kube-controller-manager -n kube-system -o 'jsonpath={.spec.holderIdentity}') || return
  [[ $holder == "$(</proc/sys/kernel/hostname)"_* ]]
}
