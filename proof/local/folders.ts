import path from "node:path";

/** The folder of Pulumi.yaml. */
export const projectFolder = path.resolve(__dirname, "../..");

/** The files that `make local` keeps between runs, below `.local/` (or LOCAL_AWS_FOLDER). git ignores them. */
export function localFolders(project: string) {
  const local = path.join(project, process.env.LOCAL_AWS_FOLDER || ".local");
  return {
    local,
    /** The engine's file backend, and the notes of `state.ts` beside it. */
    state: path.join(local, "state"),
    /** States of a local AWS that is gone, each in a folder named after the time of its discovery. */
    setAside: path.join(local, "set-aside"),
    /**
     * The engine's work folder, with copies of the project's settings. The engine never writes to the user's
     * own.
     */
    workspace: path.join(local, "workspace"),
    /** The rights that deployments and previews have used: see `judged.ts`. */
    rights: path.join(local, "rights.json"),
    /** Every request that the local AWS answered. */
    log: path.join(local, "aws.log"),
  };
}
