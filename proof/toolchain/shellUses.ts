import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { goTool } from "./goTool";

/** Programs and devices that bash scripts use. */
export interface ShellUses {
  /** Calls of programs, functions and builtins, with the options in the text and without values. */
  programs: { file: string; program: string; options: string[] }[];
  /** Functions that the scripts define. */
  functions: string[];
  /** Coprocesses and redirections to devices in /dev, each with the script's name. */
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
