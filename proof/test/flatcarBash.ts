import { flatcarBashFolder } from "../toolchain/flatcarBash";

// mocha loads this before all tests, so that every `bash` in a test behaves like Flatcar's.
process.env.PATH = `${flatcarBashFolder()}:${process.env.PATH}`;

/** A node's script as a test runs it on this machine: with the first bash in PATH. */
export const byFlatcarBash = (script: string): string =>
  script.replace(/^#!\/bin\/bash\n/, "#!/usr/bin/env bash\n");
