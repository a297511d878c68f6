import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { byFlatcarBash } from "../flatcarBash";
import { workerNode } from "../../../test/ignition/rendered";

/** What the world answers a worker's script. */
export interface World {
  /** What instance metadata say at a path, one answer after the other, the last one again and again; empty: nothing is there. */
  readonly metadata: Readonly<Record<string, readonly string[]>>;
  /** What curl prints. */
  readonly curl?: string;
  /** Units that are active. */
  readonly active?: readonly string[];
  /** Seconds by which each sleep puts the script's clock on. @default 0 */
  readonly sleepSeconds?: number;
  /** The script is ended at its first sleep, with status 75. @default false */
  readonly waitsInVain?: boolean;
  /** Standard input. @default "" */
  readonly input?: string;
}

/** A worker's script, run below a temporary folder instead of the node's root; sleep takes no time. */
export class WorkerScript {
  private readonly root = mkdtempSync(join(tmpdir(), "worker-"));

  constructor(private readonly script: string) {
    for (const [path, text] of workerNode().texts)
      this.write(path, text.replace(/(?<![\w/])\/(etc|run|opt)\/(cluster)\b/g, `${this.root}/$1/$2`));
    this.write("run/cluster/instance.env", "LOCAL_HOSTNAME=ip-10-0-0-10\n");
  }

  run({ metadata, curl = "", active = [], sleepSeconds = 0, waitsInVain = false, input = "" }: World) {
    const isActive = active.map((unit) => `[[ $* != "is-active --quiet ${unit}" ]] || exit 0`);
    const systemctl = [...isActive, "[[ $1 != is-active ]] || exit 3", `echo "$*" >>${this.root}/systemctl`];
    this.write("bin/systemctl", ["#!/bin/bash", ...systemctl, ""].join("\n"));
    for (const [path, answers] of Object.entries(metadata))
      answers.forEach((answer, index) => this.write(`metadata/${path}/${index}`, answer));
    this.write("bin/curl", `#!/bin/bash\nprintf '%s\\n' "$@" >${this.root}/sent\nprintf %s '${curl}'\n`);
    this.write(
      "opt/cluster/lib/aws.sh",
      `source ${this.root}/opt/cluster/lib/forms.sh
      imds() {
        local answers=(${this.root}/metadata/$1/*)
        echo "$*" >>${this.root}/asked
        [[ -e \${answers[0]} ]] || return 22
        local answer=$(<"\${answers[0]}")
        ((\${#answers[@]} == 1)) || rm "\${answers[0]}"
        [[ -n $answer ]] && echo "$answer"
      }\n`,
    );
    const { status, stderr } = spawnSync("bash", [join(this.root, "opt/cluster/bin", this.script)], {
      encoding: "utf8",
      input,
      env: {
        PATH: `${this.root}/bin:${process.env.PATH}`,
        "BASH_FUNC_sleep%%": waitsInVain
          ? "() { exit 75; }"
          : `() { SECONDS=$((SECONDS + ${sleepSeconds})); }`,
      },
    });
    return {
      ...{ status, stderr },
      asked: this.lines("asked"),
      sent: this.lines("sent"),
      systemctl: this.lines("systemctl"),
      instance: this.lines("run/cluster/instance.env"),
    };
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }

  private write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), byFlatcarBash(text), { mode: 0o755 });
  }

  private lines(path: string): string[] {
    const file = join(this.root, path);
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }
}
