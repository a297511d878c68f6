import { randomUUID } from "node:crypto";
import type { Lab } from "../../lab";
import { until } from "../../until";
import type { Drill } from "../drill";
import { auditLog, type AuditEvent } from "../controlPlane/auditLog";

const open = ["/livez", "/readyz", "/healthz"];
const closed = [
  ...["/", "/version", "/api", "/apis", "/metrics", "/openapi/v2", "/livez/ping", "/api/v1/nodes"],
  ...["/api/v1/namespaces/kube-public/configmaps/cluster-info", "/openid/v1/jwks"],
];

/**
 * Without credentials only the health checks answer. Forbidden requests are in the audit log, and secret data
 * is not.
 */
export const access: Drill = {
  name: "access",
  kubernetes: "real",
  size: 3,
  limits: {},
  async run({ lab }) {
    await anonymousGetsHealthAlone(lab);
    await kubeletsRefuse(lab);
    await auditTells(lab);
    await podsStayInside(lab);
    return {
      what: "anonymous and forbidden requests; the audit log; pods that want their host",
      seconds: null,
    };
  },
};

async function anonymousGetsHealthAlone(lab: Lab): Promise<void> {
  const { apiUrl } = lab.cluster.outputs;
  for (const path of [...open, ...closed]) {
    const status = await lab.client.status(`${apiUrl}${path}`);
    const wanted = open.includes(path) ? 200 : 401;
    if (status !== wanted) throw new Error(`anonymous GET ${path}: HTTP ${status}, not ${wanted}`);
  }
}

/** Security groups treat the clients' machine as a controller, so the kubelet itself refuses. */
async function kubeletsRefuse(lab: Lab): Promise<void> {
  for (const { id, address } of lab.machines()) {
    for (const path of ["/pods", "/metrics", "/configz", "/healthz"]) {
      // Without a certificate a kubelet answers nothing. Security groups would let this request pass.
      await until(`the kubelet of ${id} refuses an anonymous GET ${path}`, 60, async () => {
        const status = await lab.client.status(`https://${address}:10250${path}`);
        if (status !== 0 && status !== 401)
          throw new Error(`the kubelet of ${id} answers ${path} by ${status}`);
        return status === 401 || "it does not answer";
      });
    }
    for (const port of [10255, 10257, 10259, 2381]) {
      const status = await lab.client.status(`http://${address}:${port}/`);
      if (status !== 0) throw new Error(`port ${port} of ${id} answers from outside`);
    }
  }
}

async function auditTells(lab: Lab): Promise<void> {
  const { kubernetes } = lab;
  const content = randomUUID();
  const name = `audit-${randomUUID()}`;
  await kubernetes.apply(
    JSON.stringify({
      ...{ apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "default" } },
      stringData: { content },
    }),
  );
  const nobody = "system:serviceaccount:default:default";
  const { status, stderr } = await kubernetes.attempt(["get", "secret", name, "--as", nobody]);
  if (status === 0 || !stderr.includes("Forbidden")) throw new Error(`${nobody} reads Secrets: ${stderr}`);

  const refused = (event: AuditEvent) =>
    event.objectRef?.name === name &&
    event.impersonatedUser?.username === nobody &&
    event.responseStatus?.code === 403 &&
    event.user.username === "kubernetes-admin";
  await until(`the refusal of ${name} is in an audit log`, 30, async () => {
    return (await auditLog(lab, name)).some(refused) || "it is in none";
  });
  const encoded = Buffer.from(content).toString("base64");
  for (const secret of [content, encoded])
    if ((await auditLog(lab, secret)).length > 0) throw new Error("an audit log has the content of a Secret");
  await kubernetes.kubectl(["delete", "secret", name]);
}

/** In a namespace without labels, Pod Security forbids pods with their node's network or rights. */
async function podsStayInside({ kubernetes }: Lab): Promise<void> {
  const container = { name: "pause", image: "registry.k8s.io/pause:3.10.2" };
  const specs = {
    "on its node's network": { hostNetwork: true, containers: [container] },
    privileged: { containers: [{ ...container, securityContext: { privileged: true } }] },
  };
  for (const [what, spec] of Object.entries(specs)) {
    const pod = {
      ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "outside", namespace: "default" } },
      spec,
    };
    const create = ["create", "--dry-run=server", "-f", "-"];
    const { status, stderr } = await kubernetes.attempt(create, JSON.stringify(pod));
    if (status === 0 || !stderr.includes('violates PodSecurity "baseline:latest"'))
      throw new Error(`a pod that is ${what} is not refused: ${stderr}`);
  }
}
