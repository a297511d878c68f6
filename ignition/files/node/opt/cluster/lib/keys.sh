# Sourced by keys-sync, after forms.sh: what is wrong with a key object.

# public_key FILE NAME: prints the public key of a certificate, a private or a public key, by the name's ending.
public_key() {
  case $2 in
    *.crt | *.pem) openssl x509 -in "$1" -noout -pubkey ;;
    *.key) openssl pkey -in "$1" -pubout ;;
    *.pub) openssl pkey -pubin -in "$1" -pubout ;;
  esac 2>/dev/null
}

# not_before FILE: prints from when the certificate in it is valid.
not_before() { openssl x509 -in "$1" -noout -startdate | sed 's/^notBefore=//'; }

# seconds_to_begin FILE: prints how long it takes until then; less than 1 once it is.
seconds_to_begin() {
  local begin
  begin=$(date -d "$(not_before "$1")" +%s) && echo $((begin - EPOCHSECONDS))
}

# begins_soon FILE PATH: succeeds if the file has a certificate that is valid within the hour, and not yet.
begins_soon() {
  local seconds
  [[ $2 == *.@(pem|crt) && $(public_key "$1" "$2") ]] && seconds=$(seconds_to_begin "$1") || return
  ((seconds > 0 && seconds <= 3600))
}

# encryption_keys FILE: the keys of an EncryptionConfiguration, a line `<name> <secret>` each.
encryption_keys() { sed -n '/^ *- name: /{N;s/^ *- name: \(.*\)\n *secret: \(.*\)$/\1 \2/p}' "$1"; }

# key_fault FILE PATH: succeeds if the file is what the path is for. Else prints why not.
key_fault() {
  case $2 in
    *.yaml) encryption_fault "$1" "$2" ;;
    */ssh-authorized-keys) ssh_keys_fault "$1" ;;
    */snapshot-interval-minutes) snapshot_interval_fault "$1" ;;
    *) pem_fault "$1" "$2" ;;
  esac
}

# pem_fault FILE PATH: the same of a certificate, a private or a public key.
#
# A node that HAS_BEGUN never replaces its CA or its service account key: its peers would reject it. A CA's certificate may be
# renewed.
pem_fault() {
  local file=$1 path=$2 own
  own=$(public_key "$file" "$path") || { echo "it is no valid PEM" && return 1; }
  if [[ $path == *.@(pem|crt) ]] && (($(seconds_to_begin "$file") > 0)); then
    echo "it is not valid before $(not_before "$file"): the clock by which it was made is ahead of this node's"
    return 1
  fi
  case $path in
    *.pem)
      [[ $own == "$(public_key "$file" .key)" ]] || { echo "its key is not its certificate's" && return 1; }
      certificate_fault "$file" "${path%/*}/ca.crt"
      return
      ;;
    *.key) is_half_of "$own" "${path%.key}.crt" || return ;;
    *.pub) is_half_of "$own" "${path%.pub}.key" || return ;;
  esac
  [[ $HAS_BEGUN == no || $own == "$(public_key "$path" "$path")" ]] ||
    { echo "this node began with another one, as all others did" && return 1; }
}

# is_half_of PUBLIC_KEY PATH: succeeds if the file there has the same key, or is not on this node.
is_half_of() {
  [[ ! -e $2 || $1 == "$(public_key "$2" "$2")" ]] || { echo "it does not belong to $2" && return 1; }
}

# certificate_fault FILE CA: succeeds if the certificate is of that CA, and valid now.
certificate_fault() {
  local said
  said=$(openssl verify -CAfile "$2" "$1" 2>&1) ||
    { echo "by $2 it is not valid: $(sed -n 's/^error .* lookup: *//p' <<<"$said" | head -n 1)" && return 1; }
}

# encryption_fault FILE PATH: whatever was written with a key stays unreadable without it, so none may go.
encryption_fault() {
  local name secret gone
  if [[ $(grep -cx -e 'apiVersion: apiserver.config.k8s.io/v1' -e 'kind: EncryptionConfiguration' "$1") != 2 ||
    -z $(encryption_keys "$1") ]]; then
    echo "it is no EncryptionConfiguration with keys"
    return 1
  fi
  while read -r name secret; do
    [[ $(base64 -d <<<"$secret" 2>/dev/null | wc -c) == 32 ]] || { echo "$name is not 32 bytes in base64" && return 1; }
  done < <(encryption_keys "$1")
  [[ -e $2 ]] || return 0
  gone=$(comm -23 <(encryption_keys "$2" | sort) <(encryption_keys "$1" | sort) | cut -d ' ' -f 1 | paste -sd ' ')
  [[ -z $gone ]] || { echo "it lacks what this node's own has: $gone" && return 1; }
}

# ssh_keys_fault FILE: each line is a key alone, as options in front of a key can run commands. No key at all is right too. The first
# line tells that from an object that is empty by mistake.
ssh_keys_fault() {
  local first='# The SSH keys of the user core, as pulumi up writes them' line type
  type='(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)'
  if ! IFS= read -r line <"$1" || [[ $line != "$first" ]]; then
    echo "its first line is not that of a list of SSH keys"
    return 1
  fi
  [[ $(LC_ALL=C grep -cvxE "$first|$type [A-Za-z0-9+/]+=*" "$1") == 0 ]] ||
    { echo "it has a line that is no OpenSSH public key" && return 1; }
}

# snapshot_interval_fault FILE
snapshot_interval_fault() {
  local minutes
  minutes=$(tr -d '\0' <"$1")
  if ! is_of_form number "$minutes" || ((minutes < 5 || minutes > 1440)); then
    echo "it is no number from 5 to 1440"
    return 1
  fi
}
