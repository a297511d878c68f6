import type { Drill } from "../drill";
import { Web } from "./web";

const metadata = "http://169.254.169.254/latest";

/** A pod does not get what instance metadata has for its node, credentials above all. */
export const podMetadata: Drill = {
  name: "pod-metadata",
  kubernetes: "real",
  size: 3,
  workers: 2,
  limits: {},
  async run(stage) {
    const { lab } = stage;
    const web = await Web.deploy(lab.kubernetes);
    const [pod] = await web.pods();
    if (!pod) throw new Error("there is no pod");
    const tries = [
      ["put", `${metadata}/api/token`],
      ["fetch", `${metadata}/meta-data/iam/security-credentials/`],
      ["fetch", `${metadata}/user-data`],
    ] as const;
    for (const [path, url] of tries) {
      const answer = await web.ask(pod, path, { url }).catch((error: Error) => error);
      if (!(answer instanceof Error)) throw new Error(`a pod gets ${url}: ${answer}`);
      stage.note(`${url}: ${/on the server \((.*)\) has/.exec(answer.message)?.[1] ?? answer.message}`);
    }
    // It is the metadata that does not answer, and not the pod.
    await web.ask(pod, "");
    return { what: "a pod asked for its node's metadata in vain", seconds: null };
  },
};
