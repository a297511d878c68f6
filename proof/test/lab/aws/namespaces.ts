import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Faults } from "../../../lab/aws/faults";
import type { TrailEvent } from "../../../lab/aws/trail";
import type { Account } from "./account";

export type Message =
  | { readonly kind: "run"; readonly commands: string }
  | { readonly kind: "createRecord"; readonly name: string }
  | { readonly kind: "faults"; readonly faults: Faults }
  | { readonly kind: "log" }
  | { readonly kind: "trail" };

/** What bash commands printed, and how they ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `world.ts` in network, mount and process namespaces that end with it: nothing in them reaches this machine's network. */
export class World {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (answer: { result?: unknown; error?: string }) => void>();
  private lastId = 0;

  private constructor() {
    if (process.getuid?.() !== 0) throw new Error("these tests make namespaces: run them as root, on Linux");
    const flags = ["--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child=SIGKILL"];
    const node = [
      process.execPath,
      "-r",
      "ts-node/register/transpile-only",
      path.join(__dirname, "world.ts"),
    ];
    this.child = spawn("unshare", [...flags, ...node], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
      cwd: path.resolve(__dirname, "../../../.."),
    });
    this.child.on("message", (answer: { id: number; result?: unknown; error?: string }) =>
      this.waiting.get(answer.id)?.(answer),
    );
    this.child.on("exit", () =>
      this.waiting.forEach((resolve) => resolve({ error: "the namespaces ended" })),
    );
  }

  static async open(): Promise<{ world: World; account: Account }> {
    const world = new World();
    return { world, account: (await world.answer(0)) as Account };
  }

  private answer(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.waiting.set(id, ({ result, error }) => (error ? reject(new Error(error)) : resolve(result)));
    });
  }

  private tell(message: Message): Promise<unknown> {
    const id = ++this.lastId;
    this.child.send({ id, message });
    return this.answer(id);
  }

  /** Runs bash commands as the instance, with the nodes' libraries. */
  run(commands: string): Promise<Outcome> {
    return this.tell({ kind: "run", commands }) as Promise<Outcome>;
  }

  /** As the discovery function: creates an A record `<name><zone>`; "created", or the error's code. */
  createRecord(name: string): Promise<string> {
    return this.tell({ kind: "createRecord", name }) as Promise<string>;
  }

  /** Replaces all faults. */
  async fail(faults: Faults): Promise<void> {
    await this.tell({ kind: "faults", faults });
  }

  /** The front door's log since the last question. */
  log(): Promise<string[]> {
    return this.tell({ kind: "log" }) as Promise<string[]>;
  }

  /** Every call that the front door has answered. */
  trail(): Promise<TrailEvent[]> {
    return this.tell({ kind: "trail" }) as Promise<TrailEvent[]>;
  }

  async close(): Promise<void> {
    this.child.disconnect();
    await once(this.child, "exit");
  }
}
