import path from "node:path";

/** The folder of Pulumi.yaml. */
export const projectFolder = path.resolve(__dirname, "../..");

/** What `make local` keeps between runs, all of it below `.local/` (or LOCAL_AWS_FOLDER), which git ignores. */
export function localFolders(project: string) {
  const local = path.join(project, process.env.LOCAL_AWS_FOLDER || ".local");
  return {
    local,
    /** The engine's file backend, and what `state.ts` notes beside it. */
    state: path.join(local, "state"),
    /** States of a local AWS that is gone, each in a folder named after the time it was found out. */
    setAside: path.join(local, "set-aside"),
    /** The engine's work folder: copies of the project's settings, so that the user's are never written to. */
    workspace: path.join(local, "workspace"),
    /** Every request that the local AWS answered. */
    log: path.join(local, "aws.log"),
  };
}
