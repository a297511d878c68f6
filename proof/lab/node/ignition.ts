import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { attempt, lastLines } from "../execute";

/** Programs and paths for a run of Ignition. */
export interface IgnitionArgs {
  /** Path of the program. */
  readonly program: string;
  /**
   * Path of the network namespace: the instance's own, because the metadata service knows it by its address.
   */
  readonly namespace: string;
  /** The new root file system. */
  readonly root: string;
  /** Folder for files that one stage leaves for the next. */
  readonly state: string;
  /** Address of the DNS server. */
  readonly resolver: string;
  /** PEM of the certificate authority to trust. */
  readonly authority: string;
  /** File that gets the log. */
  readonly log: string;
}

/** In the order of Ignition's units: https://github.com/coreos/ignition/tree/main/dracut */
const stages = ["fetch-offline", "fetch", "kargs", "disks", "mount", "files", "umount"];

/** In a process namespace of its own, so that all processes end at once. */
const namespaces = ["--mount", "--pid", "--fork", "--kill-child=SIGKILL"];

const patience = 300;

/**
 * Runs Ignition like the initramfs of an AWS image: it asks the metadata service for the user data and
 * applies it to the root.
 * @throws Error with the end of its log if a stage fails; AbortError once `signal` is aborted
 */
export async function applyIgnition(args: IgnitionArgs, signal: AbortSignal): Promise<void> {
  mkdirSync(args.state, { recursive: true });
  const resolvConf = path.join(args.state, "resolv.conf");
  writeFileSync(resolvConf, `nameserver ${args.resolver}\n`);
  const authority = path.join(args.state, "authority.crt");
  writeFileSync(authority, args.authority);
  const files = ["config-cache", "state-file", "neednet"].map(
    (file) => `--${file}=${path.join(args.state, file)}`,
  );
  const ignition = [args.program, "--platform=aws", `--root=${args.root}`, "--log-to-stdout", ...files];
  // /etc/resolv.conf may be a dangling link, because the lab has its own /run.
  const script = `
    exec >>${args.log} 2>&1
    link=$(readlink --canonicalize-missing /etc/resolv.conf)
    mkdir -p "$(dirname "$link")"; [ -e "$link" ] || touch "$link"
    mount --bind ${resolvConf} "$link"
    # As on Flatcar.
    mount --bind ${args.root}/usr ${args.root}/usr
    mount -o remount,bind,ro ${args.root}/usr
    for stage in ${stages.join(" ")}; do "$@" --stage=$stage || { echo "stage $stage failed"; exit 1; }; done`;
  const { status, stderr } = await attempt(
    "nsenter",
    [`--net=${args.namespace}`, "unshare", ...namespaces, "sh", "-euc", script, "sh", ...ignition],
    { env: { PATH: process.env.PATH, SSL_CERT_FILE: authority }, seconds: patience, signal },
  );
  if (status === 0) return;
  const end = stderr || lastLines(readFileSync(args.log, "utf8"));
  throw new Error(`Ignition failed; the end of ${args.log}:\n${end}`);
}
