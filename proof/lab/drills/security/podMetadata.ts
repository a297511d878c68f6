import type { Drill } from "../drill";
import { Web } from "../pods/web";

const metadata = "http://169.254.169.254/latest";

/** A pod does not get its node's instance metadata, above all not the credentials. */
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
    const node = lab.machines().find(({ instance }) => instance.hostname === pod?.spec.nodeName);
    if (!pod || !node) throw new Error("no pod runs on a node of the lab");
    const tries = [
      ["put", `${metadata}/api/token`],
      ["fetch", `${metadata}/meta-data/iam/security-credentials/`],
      ["fetch", `${metadata}/user-data`],
    ] as const;
    for (const [path, url] of tries) {
      const answer = await web.ask(pod, path, { url }).catch((error: Error) => error);
      if (!(answer instanceof Error)) throw new Error(`a pod gets ${url}: ${answer}`);
      const [, reason = ""] = /on the server \((.*)\) has/.exec(answer.message) ?? [];
      if (!/context deadline exceeded|i\/o timeout/.test(reason))
        throw new Error(`${url} fails for a pod by something else than a time-out: ${answer.message}`);
      stage.note(`${url}: ${reason}`);
    }
    // Only the metadata service does not answer the pod: other addresses outside its node do, and the service
    // answers its node.
    await web.ask(pod, "fetch", {
      url: `${lab.cluster.outputs.oidcIssuer}/.well-known/openid-configuration`,
    });
    const put = ["-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60", `${metadata}/api/token`];
    const { status, stdout, stderr } = await node.run(["curl", "-sS", "--fail", "--max-time", "5", ...put]);
    if (status !== 0 || stdout === "") throw new Error(`${node.id} gets no token either: ${stderr}`);
    return { what: "a pod asked for its node's metadata in vain", seconds: null };
  },
};
