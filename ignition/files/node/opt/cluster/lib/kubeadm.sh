# Sourced after instance.env, by the scripts that run kubeadm.

PATH=/opt/bin:$PATH

# node_document FILE: prints a kubeadm document with the facts of this instance in place of each ${NAME}. The facts have forms (forms.sh)
# that YAML reads as text.
node_document() {
  local name text
  text=$(<"$1")
  for name in LOCAL_HOSTNAME PRIVATE_IP AVAILABILITY_ZONE INSTANCE_ID; do
    text=${text//"\${$name}"/"${!name}"}
  done
  printf '%s\n' "$text"
}
