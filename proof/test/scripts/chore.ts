import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { byFlatcarBash } from "../flatcarBash";
import { controllerNode } from "../../../test/ignition/rendered";

/** What the world answers a script; patterns are bash's, matched against the call's arguments. */
export interface Answers {
  /**
   * By arguments after the connection's own; the first that matches. A call without an answer fails; of several answers
   * each is given once, and the last one again and again.
   */
  kubectl: Record<string, string | readonly string[]>;
  /** How many times kubectl fails first, by the call's arguments. @default - it answers at once */
  kubectlFails?: Record<string, number>;
  /** What kubectl says on standard error as it fails, by the call's arguments. @default - it does not fail so */
  kubectlSays?: Record<string, string>;
  /** By its arguments. @default - it says nothing */
  kubeadm?: Record<string, string>;
  /** What kubeadm says on standard error as it fails, by the call's arguments. @default - it does not fail so */
  kubeadmSays?: Record<string, string>;
  /** By its arguments. @default - it says nothing */
  etcdctl?: Record<string, string>;
  /** Units that are not active. @default - all are */
  inactive?: readonly string[];
  /**
   * By the service's name and its arguments, such as `ec2 Action=DescribeInstances*`; XML, a refusal if it has a Message. Several
   * answers as with kubectl. An object of S3: `s3_get <key> *`.
   */
  aws?: Record<string, string | readonly string[]>;
  /** Whether this controller does the chores of the cluster. @default true */
  leads?: boolean;
  /** Files that the node has besides its config's, by path. */
  files?: Record<string, string>;
}

/** Of a run's calls those that change something. */
export const changes = (calls: readonly string[]) =>
  calls.filter((call) => !/^(kubectl get|systemctl is-active|s3_get) |Action=Describe/.test(call));

/** How one run of a script went. */
export interface Run {
  status: number | null;
  /** Standard error: the log. */
  log: string[];
  /** What it changed or asked for, in order: `kubectl …`, `kubeadm …`, `systemctl …`, `etcdctl …`, `ec2 …`, `s3_put …`. */
  calls: string[];
  /** What it gave to `kubectl create` or `kubectl apply`. */
  created: string;
}

/**
 * Runs a controller's script with its own libraries, real jq, openssl and curl-free AWS, below a temporary folder instead
 * of the node's root. kubectl, kubeadm, systemctl and the AWS calls are stand-ins that note each call.
 */
export function runChore(script: string, args: readonly string[], answers: Answers): Run {
  const { root, ended } = nodeWhere(answers);
  try {
    const { status, stderr } = spawnSync(join(root, "opt/cluster/bin", script), args, options);
    return ended(status, stderr);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** The same, beside others. */
export async function runChoreBeside(
  script: string,
  args: readonly string[],
  answers: Answers,
): Promise<Run> {
  const { root, ended } = nodeWhere(answers);
  try {
    const child = spawn(join(root, "opt/cluster/bin", script), args, {
      ...options,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const [status] = (await once(child, "close")) as [number | null];
    return ended(status, stderr);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const options = { encoding: "utf8" as const, env: { PATH: process.env.PATH } };

/** The folder in which a script finds its node, and what is to be told of its run there. */
function nodeWhere({
  kubectl,
  kubectlFails = {},
  kubectlSays = {},
  kubeadm = {},
  kubeadmSays = {},
  etcdctl = {},
  inactive = [],
  aws = {},
  leads = true,
  files = {},
}: Answers): { root: string; ended: (status: number | null, stderr: string) => Run } {
  const root = mkdtempSync(join(tmpdir(), "chore-"));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), byFlatcarBash(text), { mode: 0o755 });
  };
  const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "");
  const escaped = (pattern: string) => pattern.replace(/[^\w*]/g, "\\$&");
  const cases = (answers: Answers["kubectl"], kind: string) =>
    Object.entries(answers).map(([pattern, texts], index) => {
      [texts].flat().forEach((text, turn) => write(`answers/${kind}${index}/${turn}`, text));
      const next = `set -- "${root}/answers/${kind}${index}/"*; cat "$1"; (($# == 1)) || rm "$1"`;
      return `${escaped(pattern)}) ${next} ;;`;
    });
  const failures = Object.entries(kubectlFails).map(([pattern, times], index) => {
    const tries = `"${root}/answers/tries${index}"`;
    return `if [[ $* == ${escaped(pattern)} ]]; then echo >>${tries}; (($(wc -l <${tries}) > ${times})) || exit 1; fi`;
  });
  const sayings = (texts: Readonly<Record<string, string>>, kind: string) =>
    Object.entries(texts).map(([pattern, text], index) => {
      const said = `answers/${kind}-said${index}`;
      write(said, text);
      return `if [[ $* == ${escaped(pattern)} ]]; then cat "${root}/${said}" >&2; exit 1; fi`;
    });
  const standIn = (name: string, body: readonly string[]) =>
    ["#!/bin/bash", `echo "${name} $*" >>"${root}/calls"`, ...body, ""].join("\n");
  for (const [path, text] of [...controllerNode().texts, ...Object.entries(files)]) {
    write(
      path,
      text.replace(/(?<![\w/])\/(opt|etc|run|var\/lib)\/(cluster|bin|kubernetes|etcd)\b/g, `${root}/$1/$2`),
    );
  }
  mkdirSync(join(root, "run/cluster"), { recursive: true });
  write(
    "opt/bin/kubectl",
    standIn("kubectl", [
      `[[ $* != *" -f -" ]] || cat >"${root}/input"`,
      `[[ $* != *" create -f -" && $* != *" apply "*" -f -" ]] || mv "${root}/input" "${root}/created"`,
      "[[ $1 != --kubeconfig ]] || shift 8 # with server, cache and time limit",
      ...failures,
      ...sayings(kubectlSays, "kubectl"),
      `case "$*" in`,
      ...cases(kubectl, "kubectl"),
      `"create -f -" | "certificate "*) ;;`,
      "*) exit 1 ;;",
      "esac",
    ]),
  );
  write(
    "opt/bin/kubeadm",
    standIn("kubeadm", [
      ...sayings(kubeadmSays, "kubeadm"),
      `case "$*" in`,
      ...cases(kubeadm, "kubeadm"),
      `"token generate") echo abcdef.0123456789abcdef ;;`,
      "esac",
    ]),
  );
  write(
    "opt/bin/systemctl",
    standIn(
      "systemctl",
      inactive.map((unit) => `[[ $* != "is-active --quiet ${unit}" ]] || exit 3`),
    ),
  );
  write(
    "opt/bin/etcdctl",
    standIn("etcdctl", [
      '[[ $1 != lock ]] || exec "${@:4}"',
      `case "$*" in`,
      ...cases(etcdctl, "etcdctl"),
      "esac",
    ]),
  );
  write("opt/cluster/lib/kubectl.sh", `${read("opt/cluster/lib/kubectl.sh")}leads() { ${leads}; }\n`);
  const note = `echo "\${FUNCNAME[0]} $*" >>"${root}/calls"`;
  write(
    "opt/cluster/lib/aws.sh",
    [
      read("opt/cluster/lib/aws.sh"),
      ...["ec2", "autoscaling", "s3_put"].map(
        (name) =>
          `${name}() { ${note}; AWS_STATUS=200; case "${name} $*" in ${cases(aws, name).join(" ")} s3_put*) ;; *) false ;; esac >"$AWS_RESPONSE" && AWS_MESSAGE=$(xml_values Message <"$AWS_RESPONSE") && [[ -z $AWS_MESSAGE ]]; }`,
      ),
      `s3_get() {
        ${note}
        AWS_STATUS=200
        local option=\${3-} etag=\${4-}
        if ! case "s3_get $*" in ${cases(aws, "s3_get").join(" ")} *) false ;; esac >"$2"; then
          rm -f "$2"
          AWS_STATUS=403
          return 1
        fi
        [[ $option != --etag-save ]] || echo '"1"' >"$etag"
      }`,
    ].join("\n"),
  );
  const lines = (text: string) =>
    text
      .replaceAll(root, "")
      .split("\n")
      .filter((line) => line !== "");
  const ended = (status: number | null, stderr: string) => ({
    status,
    log: lines(stderr),
    calls: lines(read("calls")).map((call) => call.replace(/^kubectl (--\S+ \S+ ){4}/, "kubectl ")),
    created: read("created"),
  });
  return { root, ended };
}
