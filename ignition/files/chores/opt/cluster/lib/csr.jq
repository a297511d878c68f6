# How csr-approve judges the requests of kubelets. A strict parser is not needed: a request is read loosely, then written again as a
# kubelet writes it. Both must be the same, byte for byte. A byte is a character with the same number here.

def alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" | explode;
def sextets: reduce (alphabet | to_entries[]) as {$key, $value} ([]; .[$value] = $key) | .[61] = 0;

# unpacked($sextets): the bytes of a text in base64; no bytes if it is not base64.
def unpacked($sextets):
  [explode[] | $sextets[.]] as $six
  | try ([range(0; $six | length; 4) as $at
      | $six[$at] * 262144 + $six[$at + 1] * 4096 + $six[$at + 2] * 64 + $six[$at + 3]
      | . / 65536 % 256, . / 256 % 256, . % 256]
    | implode) catch "";

# packed($alphabet): the bytes in base64.
def packed($alphabet):
  (length % 3 | if . == 0 then 0 else 3 - . end) as $missing
  | (explode + [0, 0]) as $bytes
  | [range(0; length; 3) as $at
    | $bytes[$at] * 65536 + $bytes[$at + 1] * 256 + $bytes[$at + 2]
    | $alphabet[. / 262144 % 64, . / 4096 % 64, . / 64 % 64, . % 64]]
  | implode | .[:length - $missing] + "=="[:$missing];

# der($tag): an element of these contents. https://www.itu.int/rec/T-REC-X.690
def der($tag):
  ([$tag] + (length | if . < 128 then [.] elif . < 256 then [129, .] else [130, (. / 256 | floor), . % 256] end) | implode) + .;
def sequence: der(48);
def set: der(49);

# elements: [tag, contents] of each element in there.
def elements:
  if length < 2 then empty
  else
    (.[:4] | explode | if .[1] == 129 then [3, .[2] // 0] elif .[1] == 130 then [4, (.[2] // 0) * 256 + (.[3] // 0)] else [2, .[1]] end)
      as [$at, $length]
    | [.[:1], .[$at:$at + $length]], (.[$at + $length:] | elements)
  end;
def contents: first(elements | .[1]) // "";

# id-ecPublicKey, prime256v1, and ecdsa-with-SHA256; extensionRequest and subjectAltName.
def key: "0Y0\u0013\u0006\u0007*\u0086H\u00ce=\u0002\u0001\u0006\b*\u0086H\u00ce=\u0003\u0001\u0007\u0003B\u0000";
def algorithm: "0\n\u0006\b*\u0086H\u00ce=\u0004\u0003\u0002";
def extensions: "\u0006\t*\u0086H\u0086\u00f7\r\u0001\t\u000e";
def names: "\u0006\u0003U\u001d\u0011";

def dotted: explode | map(tostring) | join(".");

# read: what a request in DER seems to say: the node, the key, the names, the signature.
def read:
  split(key) as [$before, $after]
  | ($after // "" | .[65:] | split(algorithm)) as [$attributes, $signed]
  | [$attributes // "" | split(names)[1] // "" | contents | contents | limit(64; elements)] as $sans # no kubelet has so many
  | {
      node: ($before // "" | split("system:node:")[1] // ""),
      point: ($after // "" | .[1:65]),
      hosts: [$sans[] | select(.[0] == "\u0082")[1]] | unique,
      addresses: [$sans[] | select(.[0] == "\u0087")[1]] | unique_by(dotted),
      signature: ($signed // "" | contents | .[1:])
    };

# written($alphabet): the request of an object with the values that were read, in base64, as Go's x509.CreateCertificateRequest and
# pem.Encode write it for a kubelet.
def written($alphabet):
  def rdn($type; $text): "\u0006\u0003U\u0004" + $type + ($text | der(19)) | sequence | set;
  def general($tag): map(der($tag)) | add // "";
  .signature as $signature
  | ((.hosts | general(130)) + (.addresses | general(135))) as $names
  | (if $names == "" then ""
     else extensions + (names + ($names | sequence | der(4)) | sequence | sequence | set) | sequence end) as $attributes
  | "\u0002\u0001\u0000" + (rdn("\n"; "system:nodes") + rdn("\u0003"; "system:node:" + .node) | sequence)
    + key + "\u0004" + .point + ($attributes | der(160))
  | sequence + algorithm + ("\u0000" + $signature | der(3))
  | sequence | packed($alphabet)
  | [range(0; length; 64) as $at | .[$at:$at + 64]]
  | ["-----BEGIN CERTIFICATE REQUEST-----", .[], "-----END CERTIFICATE REQUEST-----", ""] | join("\n") | @base64;

# undecided: of a list of CertificateSigningRequests, those that a kubelet may have made and that nobody has decided on. Only requests
# with a name of the form that kubelets use get to a command line.
def kind:
  {"kubernetes.io/kubelet-serving": "serving", "kubernetes.io/kube-apiserver-client-kubelet": "joining"}[.signerName];
def undecided:
  .items[]
  | select(.status.conditions == null and (.metadata.name | test("\\A[A-Za-z0-9][A-Za-z0-9._-]*\\z")))
  | select(.spec | kind == "serving"
      or kind == "joining" and (.groups | index("system:bootstrappers:kubeadm:default-node-token")))
  # No kubelet writes such a long request. An object may hold a megabyte, which would slow down the rest of the pass.
  | if (.spec.request | length) < 4096 then . else .spec.request = "too long" end;

# fair($most): at most that many requests of a list: the first one of each user, then the second one of each, and so on.
def fair($most): [group_by(.spec.username)[] | to_entries[]] | sort_by(.key) | .[:$most][].value;

# request: what a request says, and the reason to deny it if that does not depend on the cluster.
def request($alphabet; $sextets):
  .spec as $spec
  | {
      kind: ($spec | kind), name: .metadata.name, user: $spec.username, request: $spec.request,
      seconds: (now - (.metadata.creationTimestamp | fromdate)),
      pools: [$spec.groups[]? | ltrimstr("system:bootstrappers:pool:") as $pool | select(. != $pool) | $pool]
    }
  | . + (if (.request | length) < 4096 then (try (.request | @base64d) catch "") | split("\n")[1:-2] | add // "" else "" end
      | unpacked($sextets) | read)
  | .names = [(.hosts[] | "DNS:" + .), (.addresses[] | "IP Address:" + dotted)]
  | .reason =
      if ($spec.usages // [] | sort) != {serving: ["digital signature", "server auth"], joining: ["client auth", "digital signature"]}[.kind]
      then "its usages are not those of a kubelet's \({serving: "serving", joining: "client"}[.kind]) certificate"
      elif .kind == "serving" and ($spec.groups | index("system:nodes") | not) then "not from a node"
      elif (.node | test("\\A[a-z0-9][a-z0-9.-]*\\z") | not) or written($alphabet) != .request
      then "it is not written as kubelets write theirs"
      elif .kind == "serving" and .user != "system:node:" + .node then "it is for another node, \(.node)"
      elif .kind == "serving" and .names == [] then "it names nothing"
      elif .kind == "joining" and .names != [] then "it names hosts"
      elif .kind == "joining" and (.pools | length) != 1 then "its token is not of one pool"
      else null end;

# node: the parts of a Node that a verdict needs.
def node:
  {name: .metadata.name, instance: (.spec.providerID // "" | if test("\\Aaws:///[a-z0-9-]+/i-[0-9a-f]+\\z") then split("/")[-1] else null end)};

# facts($nodes; $instances): what a verdict looks up by an instance's id, by a host name, or by a Node's name.
def host_name: split(".")[0];
def facts($nodes; $instances):
  {
    instance: INDEX($instances[]; .id),
    instances: ($instances | group_by(.host) | INDEX(.[0].host)),
    node: INDEX($nodes[]; .name),
    nodes: ($nodes | group_by(.name | host_name) | INDEX(.[0].name | host_name))
  };

def approve: {verdict: "approve"};
def deny($reason): {verdict: "deny", $reason};
# The request waits, but not for ever.
def wait($reason): {verdict: (if .seconds < 300 then "wait" else "deny" end), $reason};

# The Node tells its instance. EC2 tells the names and addresses of that instance. The node's own name has the domain of the VPC's DHCP
# options.
def serving($facts):
  $facts.instance[$facts.node[.node].instance // ""] as $instance
  | if $instance == null or $instance.host != (.node | host_name)
    then wait("EC2 knows no running instance of this cluster for it")
    else (.names - $instance.names - ["DNS:" + .node]) as $others
    | if $others == [] then approve else deny("not a name or address of this node: \($others | join(", "))") end
    end;

# If the Node belongs to this instance, the instance has joined already: the request, whatever its domain, comes from somebody else. If
# the Node belongs to an earlier instance with this name, nodes-reconcile deletes it soon.
def joining($cluster; $facts):
  "\($cluster)-pool-" as $pools
  | [$facts.instances[.node | host_name] // [] | .[] | select(.group | startswith($pools))] as $instances
  | ($facts.nodes[.node | host_name] // []) as $others
  | if ($instances | length) != 1 then wait("EC2 knows no running instance of a pool called \(.node)")
    elif $instances[0].group != $pools + .pools[0]
    then deny("its token is of the pool \(.pools[0]), \(.node) of the group \($instances[0].group)")
    elif $others == [] then approve
    elif any($others[]; .instance == $instances[0].id) then deny("the Node \($others[0].name) is there already")
    else wait("there is a Node \($others[0].name) of another instance") end;

# verdict($cluster; $facts): of one request `<kind> <node> <verdict> <name> <user> <request> <reason>`, with tabs.
def verdict($cluster; $facts):
  def printable: gsub("[^ -~]"; "?");
  . + (if .reason then deny(.reason) elif .kind == "serving" then serving($facts) else joining($cluster; $facts) end)
  | [.kind, "node " + .node, .verdict, .name, .user, .request, .reason // "none"] | map(printable) | @tsv;
