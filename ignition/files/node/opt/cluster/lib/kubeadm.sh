# Sourced after instance.env, by the scripts that run kubeadm.

PATH=/opt/bin:$PATH

# short_lived_credential NAME: prints a kubeconfig, on a controller, of the one group that needs no role: a cluster that is just
# beginning has none yet.
short_lived_credential() {
  kubeadm kubeconfig user --client-name "$1" --org system:masters --validity-period 1h --config /run/cluster/kubeadm.yaml
}

# node_document FILE: prints a kubeadm document with the facts of this instance in the place of ${NAME}.
node_document() {
  local name text
  text=$(<"$1")
  for name in LOCAL_HOSTNAME PRIVATE_IP AVAILABILITY_ZONE INSTANCE_ID; do
    text=${text//"\${$name}"/${!name}}
  done
  printf '%s\n' "$text"
}
