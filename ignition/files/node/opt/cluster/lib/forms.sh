# Sourced by scripts that read text from outside, which is never code. A value counts only if all of it has its form. No form has a
# character with a special meaning in a shell, in systemd, in YAML, in a URL or on a command line.

# is_of_form FORM VALUE
is_of_form() {
  local LC_ALL=C form label='[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?' byte='(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
  case $1 in
    address) form="$byte(\.$byte){3}" ;;
    host-name) ((${#2} <= 253)) && form="$label(\.$label)*" || return ;;
    instance-id) form='i-[0-9a-f]{1,17}' ;;
    moment) form='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z' ;;
    number) form='0|[1-9][0-9]{0,14}' ;; # decimal, and small enough for bash
    plain) form='[A-Za-z0-9_.,:=/-]+' ;;
    role) form='[A-Za-z0-9_+=,.@-]{1,64}' ;;
    zone) form='[a-z]{2,8}(-[a-z0-9]{1,16}){2,8}' ;;
    *) fail "there is no form $1" ;;
  esac
  ((${#2} <= 4096)) && [[ $2 =~ ^($form)$ ]]
}

# has_form NAME FORM VALUE: checks the same, and prints in one line what is wrong.
has_form() {
  local shown=${3:0:100}
  is_of_form "$2" "$3" || { echo "$1 is no $2: ${shown//[[:cntrl:]]/ }" && return 1; }
}

# write_env FILE [NAME FORM VALUE]...: writes a file that scripts source and that systemd's EnvironmentFile= reads. If a value is wrong,
# it writes nothing and prints what is wrong.
write_env() {
  local file=$1 text=
  shift
  while (($# > 0)); do
    has_form "$1" "$2" "$3" || return
    text+="$1=$3"$'\n'
    shift 3
  done
  printf %s "$text" >"$file.part" && mv "$file.part" "$file"
}

# curl_option NAME VALUE: prints a line of a curl configuration; fails for a value that is no line of plain characters.
curl_option() {
  local LC_ALL=C value=$2
  [[ $value != *[^\ -~]* ]] || return
  value=${value//\\/\\\\}
  printf '%s = "%s"\n' "$1" "${value//\"/\\\"}"
}
