import { flatcarBashFolder } from "../toolchain/flatcarBash";

// Loaded by mocha before all tests: whoever runs `bash` has Flatcar's.
process.env.PATH = `${flatcarBashFolder()}:${process.env.PATH}`;

/** A script of a node as a test runs it on this machine: by the bash that stands first in PATH. */
export const byFlatcarBash = (script: string): string =>
  script.replace(/^#!\/bin\/bash\n/, "#!/usr/bin/env bash\n");
