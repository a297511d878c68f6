import type { KubernetesObject, Node } from "../../kubernetes/kubernetes";
import { instanceOf } from "../../kubernetes/kubernetes";
import type { Lab } from "../../lab";
import type { Machine } from "../../node/machine";
import type { Drill } from "../drill";
import { publicKeysIn, publicKeyOf, tokensIn } from "../../kubernetes/credentials";

/** Hours for which a bootstrap token is valid, see `bootstrap-token`. */
const bootstrapTokenHours = 2;
/**
 * Hours for which any service account token is valid: at most 3607 s for those in every pod. Those for AWS
 * last an hour.
 */
const serviceAccountTokenHours = 3607 / 3600;

/** Private keys that controllers may have, and their files. */
const controllersKeys: Readonly<Record<string, readonly string[]>> = {
  "pki/kubernetes/ca.crt": ["/etc/kubernetes/pki/ca.key"],
  "pki/front-proxy/ca.crt": ["/etc/kubernetes/pki/front-proxy-ca.key"],
  "pki/service-account/sa.pub": ["/etc/kubernetes/pki/sa.key"],
  "pki/etcd/ca.crt": [],
};

/**
 * Searches every disk for the CAs' keys, the administrator's credentials and tokens, and checks how long the
 * tokens are valid.
 */
export const credentials: Drill = {
  name: "credentials",
  kubernetes: "real",
  size: 3,
  workers: 1,
  limits: {},
  async run(stage) {
    const { lab } = stage;
    const authorities = new Map<string, string>();
    for (const key of Object.keys(controllersKeys))
      authorities.set(publicKeyOf(await lab.store.read(key)), key);
    const nodes = await lab.kubernetes.list<Node>("nodes", "-l", "node-role.kubernetes.io/control-plane");
    const controllers = new Set(nodes.map(instanceOf));
    let keys = 0;
    let tokens = 0;
    for (const machine of lab.machines()) {
      const isController = controllers.has(machine.id);
      const wrong: string[] = [];
      for (const { path, text } of await filesWithCredentials(machine)) {
        for (const key of publicKeysIn(text)) {
          keys += 1;
          const authority = authorities.get(key);
          const allowed =
            authority === undefined ? undefined : isController ? controllersKeys[authority] : [];
          if (allowed && !allowed.includes(path)) wrong.push(`the private key of ${authority} in ${path}`);
          if (!isController && !path.startsWith("/var/lib/kubelet/pki/"))
            wrong.push(`a private key in ${path}`);
        }
        for (const { hours, subject } of tokensIn(text)) {
          tokens += 1;
          if (!(hours <= serviceAccountTokenHours))
            wrong.push(`a token of ${subject} for ${hours} hours in ${path}`);
        }
        if (/^ *token: *\S/m.test(text)) wrong.push(`a static token in ${path}`);
        const isAdmins = /\/(super-)?admin\.conf$/.test(path);
        if (isAdmins && !(isController && path === "/etc/kubernetes/admin.conf")) wrong.push(path);
      }
      if (wrong.length > 0) throw new Error(`on ${machine.id} there is ${wrong.join(", ")}`);
    }
    if (keys === 0 || tokens === 0) throw new Error(`the search found ${keys} keys and ${tokens} tokens`);
    stage.note(`${keys} private keys and ${tokens} service account tokens on ${lab.machines().length} nodes`);
    const bootstrapTokens = await secretsExpire(lab);
    return {
      what: "every node's disk searched for keys and tokens",
      seconds: null,
      figures: {
        "private keys": keys,
        "service account tokens": tokens,
        "bootstrap tokens": bootstrapTokens,
      },
    };
  },
};

/**
 * Files outside the image with a private key, an embedded key or a token in them, and administrators'
 * kubeconfigs.
 */
export async function filesWithCredentials(machine: Machine): Promise<{ path: string; text: string }[]> {
  const search = `
    folders=$(find / -mindepth 1 -maxdepth 1 -type d ! -name proc ! -name sys ! -name dev ! -name usr)
    { grep -rlsIE --devices=skip -e 'PRIVATE KEY-----|client-key-data' -e '^ *token: *[^ ]' -e 'eyJ[A-Za-z0-9_-]+\\.eyJ' $folders || true
      find $folders -name '*admin.conf'; } | sort -u |
    while read -r file; do echo "$file $(base64 -w 0 "$file")"; done`;
  const { status, stdout, stderr } = await machine.run(["bash", "-euo", "pipefail", "-c", search]);
  if (status !== 0) throw new Error(`the search on ${machine.id} failed: ${stderr}`);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [path = "", encoded = ""] = line.split(" ");
    return { path, text: Buffer.from(encoded, "base64").toString() };
  });
}

interface Secret extends KubernetesObject {
  readonly type: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** No Secret holds a token without an expiry. Returns the number of bootstrap tokens. */
async function secretsExpire({ kubernetes }: Lab): Promise<number> {
  const secrets = await kubernetes.list<Secret>("secrets", "--all-namespaces");
  const forEver = secrets.filter(({ type }) => type === "kubernetes.io/service-account-token");
  if (forEver.length > 0) throw new Error(`${forEver.length} Secrets hold a service account token`);
  const tokens = secrets.filter(({ type }) => type === "bootstrap.kubernetes.io/token");
  for (const { metadata, data } of tokens) {
    const expiration = Buffer.from(data?.expiration ?? "", "base64").toString();
    const hours = (Date.parse(expiration) - Date.now()) / 3_600_000;
    if (!(hours <= bootstrapTokenHours))
      throw new Error(`${metadata.name} counts until ${expiration || "ever"}`);
  }
  if (tokens.length === 0) throw new Error("there is no bootstrap token");
  return tokens.length;
}
