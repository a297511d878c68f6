# Sourced after log.sh and cluster.env: instance metadata (IMDSv2) and signed AWS calls by curl alone.
#
# Every call leaves its HTTP status in AWS_STATUS, an error's code and message in AWS_ERROR and AWS_MESSAGE, and the
# body of a query in the file AWS_RESPONSE. A script that sources this file may set AWS_PATIENCE and no EXIT trap.

AWS_PATIENCE=${AWS_PATIENCE:-60} # seconds during which a call is repeated
AWS_RESPONSE=$(mktemp)
trap 'rm -f "$AWS_RESPONSE"' EXIT
source /opt/cluster/lib/forms.sh

# imds PATH: prints one value below /latest/meta-data/; fails with curl's 22 where there is none.
imds() {
  local metadata=http://169.254.169.254/latest token header
  local -a curl=(curl -sS --fail --globoff --noproxy '*' --max-time 10 --retry 5 --retry-delay 1 --retry-connrefused)
  token=$("${curl[@]}" -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$metadata/api/token") || return
  header=$(curl_option header "X-aws-ec2-metadata-token: $token") || { echo "the token is no plain text" >&2 && return 1; }
  "${curl[@]}" --config <(echo "$header") "$metadata/meta-data/$1"
}

# aws_credentials: prints the role's current credentials as lines of a curl configuration, so that they are on no command line.
aws_credentials() {
  local role document user token
  role=$(imds iam/security-credentials/) && is_of_form role "$role" || return
  document=$(imds "iam/security-credentials/$role") || return
  user=$(jq -er 'select(.Code == "Success") | "\(.AccessKeyId):\(.SecretAccessKey)"' <<<"$document") &&
    token=$(jq -er .Token <<<"$document") || return
  curl_option user "$user" && curl_option header "x-amz-security-token: $token"
}

# xml_values ELEMENT: the texts of all elements of that name, one a line.
xml_values() { sed 's/</\n</g' | sed -n "s/^<$1>//p"; }

# read_error FILE: reads AWS_ERROR and AWS_MESSAGE from an answer in XML or JSON.
read_error() {
  if jq -e 'has("__type")' "$1" &>/dev/null; then
    AWS_ERROR=$(jq -r '.__type | sub(".*#"; "")' "$1")
    AWS_MESSAGE=$(jq -r '.message // .Message' "$1")
  else
    AWS_ERROR=$(xml_values Code <"$1" | head -n 1)
    AWS_MESSAGE=$(xml_values Message <"$1" | head -n 1)
  fi
}

# aws_transient: succeeds if the failed call may succeed later: network, server, throttling, credentials that have just expired.
aws_transient() {
  case $AWS_STATUS in 000 | 409 | 429 | 5??) return 0 ;; esac
  case $AWS_ERROR in
    *Throttl* | RequestLimitExceeded | SlowDown | RequestTimeout | RequestExpired | ExpiredToken*) return 0 ;;
  esac
  return 1
}

# aws_call SERVICE URL BODY_FILE [CURL_ARGUMENT...]: signs and sends the call, and repeats it while that may help. Credentials
# are kept for a minute and fetched again after every failure. Succeeds on 2xx and on the three answers that are no failure: 304
# unchanged, 404 absent, 412 condition not met. Returns 75 (EX_TEMPFAIL) if the call may succeed later.
AWS_CREDENTIALS='' AWS_CREDENTIALS_UNTIL=0
aws_call() {
  local service=$1 url=$2 body=$3 deadline=$((SECONDS + AWS_PATIENCE)) pause=1
  shift 3
  while true; do
    AWS_STATUS=000 AWS_ERROR='' AWS_MESSAGE='no credentials'
    if ((SECONDS < AWS_CREDENTIALS_UNTIL)) || AWS_CREDENTIALS=$(aws_credentials); then
      AWS_CREDENTIALS_UNTIL=$((SECONDS + 60))
      : >"$body"
      AWS_STATUS=$(curl -sS --globoff --connect-timeout 5 --max-time 300 --speed-time 30 --speed-limit 1 -o "$body" \
        -w '%{http_code}' --config <(echo "$AWS_CREDENTIALS") --aws-sigv4 "aws:amz:$REGION:$service" "$@" "$url") ||
        AWS_STATUS=000
      AWS_MESSAGE='no answer'
    fi
    case $AWS_STATUS in 2?? | 304 | 404 | 412) return 0 ;; esac
    AWS_CREDENTIALS_UNTIL=0
    [[ $AWS_STATUS == 000 ]] || read_error "$body"
    if ! aws_transient || ((SECONDS + pause > deadline)); then
      log "${url%%\?*}: HTTP $AWS_STATUS ${AWS_ERROR:-no error code}: $AWS_MESSAGE"
      ! aws_transient || return 75
      return 1
    fi
    sleep "$pause.$((RANDOM % 10))"
    pause=$((pause < 8 ? pause * 2 : 8))
  done
}

# aws_query SERVICE VERSION NAME=VALUE...: calls a Query API by POST, so that there is no query string to sign.
aws_query() {
  local service=$1 parameter
  local -a form=(--data-urlencode "Version=$2")
  for parameter in "${@:3}"; do form+=(--data-urlencode "$parameter"); done
  aws_call "$service" "https://$service.$REGION.$AWS_DNS_SUFFIX/" "$AWS_RESPONSE" "${form[@]}"
}

ec2() { aws_query ec2 2016-11-15 "$@"; }
autoscaling() { aws_query autoscaling 2011-01-01 "$@"; }

# s3_call KEY_OR_QUERY BODY_FILE SHA256_OF_THE_UPLOAD [CURL_ARGUMENT...]: S3 requires the payload's hash as a header too, and
# curl before 8 cannot hash an upload. Keys hold only characters that need no escape.
s3_call() {
  aws_call s3 "https://$BUCKET.s3.$REGION.$AWS_DNS_SUFFIX/$1" "$2" -H "x-amz-content-sha256: $3" "${@:4}"
}

# s3_get KEY FILE [CURL_ARGUMENT...]: the file appears whole or not at all. Fails if the object is absent. Succeeds on 304 and
# leaves the file as it is. Without s3:ListBucket on the key, S3 answers 403 for an absent object: list first.
s3_get() {
  local part empty
  part=$(mktemp "$2.XXXXXX") empty=$(sha256sum </dev/null)
  if s3_call "$1" "$part" "${empty%% *}" "${@:3}" && [[ $AWS_STATUS == 200 ]]; then
    mv -f "$part" "$2"
    return
  fi
  rm -f "$part"
  [[ $AWS_STATUS == 304 ]]
}

# etag_in FILE: prints the ETag that curl has saved there; fails if there is none.
etag_in() {
  local etag quoted='^"[0-9A-Za-z-]{1,64}"$'
  etag=$(cat "$1" 2>/dev/null) && [[ $etag =~ $quoted ]] && echo "$etag"
}

# s3_put KEY FILE [CURL_ARGUMENT...]
s3_put() {
  local hash
  hash=$(sha256sum <"$2")
  s3_call "$1" "$AWS_RESPONSE" "${hash%% *}" --upload-file "$2" "${@:3}"
}

# s3_put_if_absent KEY FILE: succeeds if the object exists afterwards: this one (AWS_STATUS 200) or an older one (412). Only a
# read tells which one it is: a repeated request meets its own object.
s3_put_if_absent() { s3_put "$1" "$2" -H 'If-None-Match: *'; }

# s3_list FOLDER/ [AFTER]: prints at most 1000 keys of that folder in order, beginning after the key AFTER. Keys of folders below
# it are left out.
s3_list() {
  local empty query="?delimiter=%2F&list-type=2&prefix=${1//\//%2F}"
  empty=$(sha256sum </dev/null)
  [[ $# == 1 ]] || query+="&start-after=${2//\//%2F}"
  s3_call "$query" "$AWS_RESPONSE" "${empty%% *}" && [[ $AWS_STATUS == 200 ]] || return
  xml_values Key <"$AWS_RESPONSE"
}
