import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { ManifestFile, manifestOf } from "../../../addons/manifests";
import { kubectl } from "../../toolchain/kubernetes";
import { controllerNode } from "../../../test/ignition/rendered";
import { Apiserver } from "./apiserver";

/** Replaces S3: the test's stored text, by its hash. */
const storeStandIn = (root: string) => `
s3_get() {
  local tag
  tag='"'$(sha256sum <"${root}/stored" | cut -d ' ' -f 1)'"'
  AWS_STATUS=304
  [[ $* != *"If-None-Match: $tag" ]] || return 0
  echo "$tag" >"$4" # curl has it before the object
  AWS_STATUS=000
  [[ ! -e "${root}/breaks" ]] || return 1
  AWS_STATUS=200
  cp "${root}/stored" "$2"
}
`;

/** An object of kube-system, with the fields of `more`. */
export const kubernetesObject = (kind: string, name: string, more: object = {}) => ({
  apiVersion: kind === "Deployment" ? "apps/v1" : "v1",
  kind,
  metadata: { name, namespace: "kube-system" },
  ...more,
});

export const fileOf = (...objects: object[]): ManifestFile => ({
  name: "own.yaml",
  text: objects.map((object) => `${JSON.stringify(object)}\n`).join("---\n"),
});

/** A controller's files with its `addons-apply`, beside a real apiserver that they point to. */
export class Controller {
  private readonly root: string;

  constructor(private readonly server: Apiserver) {
    this.root = join(server.folder, "node");
    for (const [path, text] of controllerNode().texts) {
      const local = text
        .replace(/(?<![\w/])\/(opt|etc|run)\/(cluster|bin)\b/g, `${this.root}/$1/$2`)
        .replaceAll("/etc/kubernetes/admin.conf", server.kubeconfig)
        .replaceAll("127.0.0.1:6443", `127.0.0.1:${server.port}`);
      const standIns: Record<string, string> = {
        "/opt/cluster/lib/aws.sh": storeStandIn(this.root),
        "/opt/cluster/lib/kubectl.sh": `leads() { [[ -e ${this.root}/leads ]]; }\n`,
      };
      server.write(join("node", path), local + (standIns[path] ?? ""), 0o755);
    }
    const before = join(this.root, "before");
    server.write(
      "node/opt/bin/kubectl",
      `#!/bin/bash\n[[ ! -e ${before} ]] || . ${before}\nexec ${kubectl()} "$@"\n`,
      0o755,
    );
    this.lead(true);
  }

  /** Whether it is the controller that does the chores of the cluster. */
  lead(does: boolean): void {
    if (does) this.server.write("node/leads", "");
    else rmSync(join(this.root, "leads"));
  }

  /** Stores a text in the node store as the add-ons. */
  store(text: string): void {
    this.server.write("node/stored", text);
  }

  /** Downloads break off until the returned function is called. */
  breakDownloads(): () => void {
    const breaks = this.server.write("node/breaks", "");
    return () => rmSync(breaks);
  }

  /** The list of what was applied cannot be read until the returned function is called. */
  breakQuestions(): () => void {
    const before = this.server.write("node/before", '[[ $* != *" get configmap addons "* ]] || exit 1\n');
    return () => rmSync(before);
  }

  /**
   * In the next run another controller writes its own inventory, after everything has been recorded and
   * before it is applied.
   */
  meanwhile(objects: string): void {
    const patch = JSON.stringify({ data: { objects } });
    this.server.write(
      "node/before",
      `if [[ $* == *" apply "*"-o jsonpath="* ]]; then
        rm ${join(this.root, "before")}
        ${kubectl()} --kubeconfig ${this.server.kubeconfig} --cache-dir ${join(this.root, "cache")} patch configmap addons -n kube-system -p '${patch}' >/dev/null
      fi\n`,
    );
  }

  /** Runs `addons-apply` on these files if there are any, or else on the stored text. */
  apply(...files: ManifestFile[]) {
    if (files.length > 0) this.store(manifestOf(files));
    const { status, stderr } = spawnSync(join(this.root, "opt/cluster/bin/addons-apply"), [], {
      encoding: "utf8",
    });
    const log = stderr.split("\n").filter((line) => line.startsWith("addons-apply: "));
    return { status, log: log.map((line) => line.replace("addons-apply: ", "")), stderr };
  }

  inventory(): string {
    return this.ok(["get", "configmap", "addons", "-n", "kube-system", "-o", "jsonpath={.data.objects}"]);
  }

  /** Writes the inventory like another version of the script. */
  setInventory(objects: string): void {
    const patch = JSON.stringify({ data: { objects } });
    this.ok(["patch", "configmap", "addons", "-n", "kube-system", "-p", patch]);
  }

  /** As if it had last applied more than five minutes ago. */
  fiveMinutesPass(): void {
    const long = new Date(Date.now() - 6 * 60_000);
    utimesSync(join(this.root, "run/cluster/addons/applied"), long, long);
  }

  /** Removes the controller's files, so that it is like a new one. */
  forget(): void {
    rmSync(join(this.root, "run/cluster/addons"), { recursive: true });
  }

  /** kubectl's output for the cluster's administrator. */
  ok(args: readonly string[], input = ""): string {
    const { status, stdout, stderr } = this.server.kubectl(args, input);
    assert.equal(status, 0, `kubectl ${args.join(" ")}: ${stderr}`);
    return stdout.trim();
  }
}
