import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";

/** A folder in which every hostile text makes a file if it is ever run as code. */
export class Trap {
  readonly folder = mkdtempSync(join(tmpdir(), "trap-"));
  private readonly mark = join(this.folder, "ran");

  /** Texts that do something wherever they are read as more than text. */
  readonly texts: readonly string[] = [
    `$(touch ${this.mark})`,
    `\`touch ${this.mark}\``,
    `x; touch ${this.mark}`,
    `x\ntouch ${this.mark}`,
    `x\r\ntouch ${this.mark}`,
    `x" ; touch ${this.mark} ; "`,
    `x' ; touch ${this.mark} ; '`,
    `x\nLD_PRELOAD=${this.mark}`,
    `a[$(touch ${this.mark})]`,
    `a[\`touch ${this.mark}\`]+1`,
    `x" \noutput = "${this.mark}`,
    `x\\" \noutput = ${this.mark}\n#`,
    `x\noutput=${this.mark}`,
    `--output=${this.mark}`,
    `-o${this.mark}`,
    "--help",
    "-",
    "*",
    "/etc/*",
    "{a,b}[1-3]",
    "~root",
    "!!",
    "&",
    "%n%s",
    "\\",
    '"',
    "'",
    "#",
    " ",
    "é",
    "\u001b[2J",
    "x".repeat(20_000),
  ];

  /** Pieces of them, put together at random. */
  readonly generated: fc.Arbitrary<string> = fc
    .array(
      fc.oneof(
        fc.constantFrom(...this.texts),
        fc.constantFrom("i-0", "10.0.0.1", "a", ".", "\n", " "),
        fc.string(),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((parts) => parts.join("").replaceAll("\0", ""));

  /** Whether nothing was run, and no file was made. */
  isUntouched(): boolean {
    return existsSync(this.folder) && readdirSync(this.folder).length === 0;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
