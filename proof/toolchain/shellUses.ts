import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { goTool } from "./goTool";

/** What bash scripts use of the system they run on. */
export interface ShellUses {
  /** Calls of programs, functions and builtins: with their options as the text has them, without values. */
  programs: { file: string; program: string; options: string[] }[];
  /** The scripts' own. */
  functions: string[];
  /** Coprocesses and redirections to what stands in /dev: name of the script and what it is. */
  features: [string, string][];
}

const program = () =>
  goTool({
    name: "shell-uses",
    version: "3.13.1",
    module: "mvdan.cc/sh/v3",
    main: readFileSync(path.join(__dirname, "shellUses", "main.go"), "utf8"),
  });

/** @throws Error for a text that is no bash script */
export const shellUses = (scripts: ReadonlyMap<string, string>): ShellUses =>
  JSON.parse(
    execFileSync(program(), { input: JSON.stringify(Object.fromEntries(scripts)), encoding: "utf8" }),
  ) as ShellUses;
