import type { DiagnosticEvent, EngineEvent, OpType, StepEventMetadata } from "@pulumi/pulumi/automation";

/** Seconds of the engine's silence after which a line says what it waits for. */
const quietSeconds = 15;

const verbs: Partial<Record<OpType, [doing: string, done: string]>> = {
  create: ["create", "created"],
  update: ["update", "updated"],
  delete: ["delete", "deleted"],
  replace: ["replace", "replaced"],
  "create-replacement": ["replace", "replaced"],
  "delete-replaced": ["delete the replaced", "deleted the replaced"],
  read: ["read", "read"],
};

/** The last two parts of a URN: `aws:ec2/vpc:Vpc` and the resource's name. */
export function resourceName(urn: string): { type: string; name: string } {
  const [, , types = "", name = ""] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name };
}

function label(urn: string): string {
  const { type, name } = resourceName(urn);
  return `${(type.split(":").at(-1) ?? "").padEnd(24)} ${name}`;
}

/** Whether a provider makes something for it. Components, the stack and the providers themselves need none. */
function isMade({ type, old, new: wanted }: StepEventMetadata): boolean {
  return !type.startsWith("pulumi:") && (wanted ?? old)?.custom === true;
}

/**
 * Reports the engine's work to a person: a line for each resource that changes, for what the engine waits
 * for, and for every warning and error. In a preview the lines say what would be done; an update's line has
 * the inputs that differ.
 */
export class EngineProgress {
  private readonly underWay = new Map<string, number>();
  private heard = Date.now();
  private readonly timer: NodeJS.Timeout;
  /** Changes by operation, without `same`; complete when the operation is over. */
  readonly changes: Partial<Record<OpType, number>> = {};
  /** Resources that stay as they are. */
  unchanged = 0;
  /** Errors that have been reported. */
  errors = 0;
  /** Errors and warnings that have been told. */
  private readonly diagnoses = new Set<string>();

  constructor(
    private readonly preview: boolean,
    private readonly print: (line: string) => void,
  ) {
    this.timer = setInterval(() => this.sayWhatIsWaitedFor(), 1000);
  }

  readonly onEvent = (event: EngineEvent): void => {
    if (event.resourcePreEvent) this.began(event.resourcePreEvent.metadata);
    if (event.resOutputsEvent) this.ended(event.resOutputsEvent.metadata);
    if (event.resOpFailedEvent) this.failed(event.resOpFailedEvent.metadata);
    if (event.diagnosticEvent) this.diagnosed(event.diagnosticEvent);
    if (event.summaryEvent) {
      for (const [operation, count] of Object.entries(event.summaryEvent.resourceChanges)) {
        if (operation === "same") this.unchanged = count ?? 0;
        else if (count) this.changes[operation as OpType] = count;
      }
    }
  };

  /** Call when the operation is over, whatever its result. */
  stop(): void {
    clearInterval(this.timer);
  }

  /** `0 changes, 140 resources as they were`, or `3 changes (2 create, 1 update), 138 resources as they were`. */
  summary(): string {
    const counts = Object.entries(this.changes);
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    const each = counts.map(([operation, count]) => `${count} ${operation}`).join(", ");
    return `${total} changes${total > 0 ? ` (${each})` : ""}, ${this.unchanged} resources as they were`;
  }

  private diagnosed({ severity, message, ephemeral, urn }: DiagnosticEvent): void {
    if (ephemeral || (severity !== "error" && severity !== "warning")) return;
    if (severity === "error") this.errors++;
    // `proof/engine/` puts the plugins on PATH, so the engine's warning about that is left out.
    if (/^using pulumi-resource-\w+ from \$PATH/.test(plain(message))) return;
    const where = urn && !resourceName(urn).type.startsWith("pulumi:") ? `${label(urn)}: ` : "";
    const line = `  ${severity}: ${where}${plain(message).replace(/^(error|warning): /, "")}`;
    // The engine gets the error of an inline program twice: from its log, and as its result.
    if (this.diagnoses.has(line)) return;
    this.diagnoses.add(line);
    this.say(line);
  }

  private began(step: StepEventMetadata): void {
    const { op, urn } = step;
    if (verbs[op] && isMade(step)) this.underWay.set(urn, Date.now());
  }

  private ended(step: StepEventMetadata): void {
    const { op, urn, diffs = [] } = step;
    const began = this.underWay.get(urn) ?? Date.now();
    this.underWay.delete(urn);
    const verb = verbs[op];
    if (!verb || op === "read" || !isMade(step)) return;
    if (this.preview) {
      const inputs = op !== "create" && op !== "delete" && diffs.length > 0 ? `  (${diffs.join(", ")})` : "";
      this.say(`  ${verb[0].padEnd(9)} ${label(urn)}${inputs}`);
    } else {
      const seconds = Math.round((Date.now() - began) / 1000);
      this.say(`  ${verb[1].padEnd(9)} ${label(urn)}${seconds >= 2 ? `  (${seconds} s)` : ""}`);
    }
  }

  private failed({ op, urn }: StepEventMetadata): void {
    this.underWay.delete(urn);
    this.say(`  failed to ${verbs[op]?.[0] ?? op}: ${label(urn)}`);
  }

  private sayWhatIsWaitedFor(): void {
    if (this.underWay.size === 0 || Date.now() - this.heard < quietSeconds * 1000) return;
    const [[urn, began] = ["", 0]] = this.underWay;
    const others = this.underWay.size > 1 ? ` and ${this.underWay.size - 1} more` : "";
    const { type, name } = resourceName(urn);
    this.say(
      `  … waiting for ${type.split(":").at(-1)} ${name}${others} (${Math.round((Date.now() - began) / 1000)} s)`,
    );
  }

  private say(line: string): void {
    this.heard = Date.now();
    this.print(line.trimEnd());
  }
}

/** Without the markup of the engine's own display (`<{%reset%}>`). */
function plain(message: string): string {
  return message.replaceAll(/<\{%.*?%\}>/g, "").trim();
}
