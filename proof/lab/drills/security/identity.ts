import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from "jose";
import type { Lab } from "../../lab";
import type { KubernetesObject } from "../../kubernetes/kubernetes";
import type { Drill } from "../drill";

const audience = "sts.amazonaws.com";
const account = { namespace: "kube-system", name: "cloud-controller-manager" };

interface Pod extends KubernetesObject {
  readonly metadata: KubernetesObject["metadata"] & { readonly uid: string };
  readonly spec: { readonly nodeName: string };
}

/**
 * The published documents verify a pod's projected token. It opens only the role that trusts its service
 * account.
 */
export const identity: Drill = {
  name: "identity",
  kubernetes: "real",
  size: 3,
  limits: {},
  async run(stage) {
    const { lab } = stage;
    const token = await projectedToken(lab);
    const { oidcIssuer, cloudProviderRoleArn } = lab.cluster.outputs;
    const read = async (url: string) => JSON.parse(await lab.client.read(url)) as unknown;
    const document = (await read(`${oidcIssuer}/.well-known/openid-configuration`)) as Record<string, string>;
    if (document.issuer !== oidcIssuer)
      throw new Error(`the document at ${oidcIssuer} is of ${document.issuer}`);
    const keys = (await read(document.jwks_uri ?? "")) as JSONWebKeySet;
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer: oidcIssuer,
      audience,
    });
    stage.note(`the token of ${payload.sub} is signed by a key that ${document.issuer} publishes`);

    const role = await assume(cloudProviderRoleArn, token);
    if (!role.includes("cloud-provider")) throw new Error(`the token opens ${role}`);
    stage.note(`it opens ${role}`);
    await opensNoMore(lab, cloudProviderRoleArn);
    return { what: "a pod's token verified by the published documents, and taken by STS", seconds: null };
  },
};

/** The token that the kubelet has put into a pod of the service account, read on its node. */
async function projectedToken(lab: Lab): Promise<string> {
  const { kubernetes } = lab;
  await kubernetes.apply(serviceAccount);
  await kubernetes.apply(podWithToken);
  const pod = "pod/with-token";
  await kubernetes.kubectl(["wait", pod, "-n", account.namespace, "--for=condition=Ready", "--timeout=60s"]);
  const { metadata, spec } = await kubernetes.get<Pod>("pod", "with-token", account.namespace);
  const node = lab.machines().find(({ instance }) => instance.hostname === spec.nodeName);
  const file = `/var/lib/kubelet/pods/${metadata.uid}/volumes/kubernetes.io~projected/token/token`;
  const { stdout = "", stderr = "" } = (await node?.run(["cat", file])) ?? {};
  if (stdout === "") throw new Error(`there is no token on ${spec.nodeName}: ${stderr}`);
  await kubernetes.kubectl(["delete", pod, "-n", account.namespace, "--wait=false"]);
  return stdout;
}

const serviceAccount = `{apiVersion: v1, kind: ServiceAccount, metadata: {name: ${account.name}, namespace: ${account.namespace}}}`;

/** On a controller and on its network, so that the pod waits for nothing. */
const podWithToken = `
apiVersion: v1
kind: Pod
metadata: {name: with-token, namespace: ${account.namespace}}
spec:
  serviceAccountName: ${account.name}
  hostNetwork: true
  nodeSelector: {node-role.kubernetes.io/control-plane: ""}
  tolerations: [{operator: Exists}]
  terminationGracePeriodSeconds: 0
  containers:
    - name: pause
      image: registry.k8s.io/pause:3.10.2
      volumeMounts: [{name: token, mountPath: /var/run/secrets/${audience}}]
  volumes:
    - name: token
      projected:
        sources: [{serviceAccountToken: {path: token, audience: ${audience}, expirationSeconds: 3600}}]
`;

/**
 * ARN of the credentials that the local AWS's STS issues for a role and a token. @throws Error if STS refuses
 */
async function assume(RoleArn: string, WebIdentityToken: string): Promise<string> {
  const { Credentials } = await new STSClient({}).send(
    new AssumeRoleWithWebIdentityCommand({ RoleArn, WebIdentityToken, RoleSessionName: "drill" }),
  );
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken,
  };
  const { Arn = "" } = await new STSClient({ credentials }).send(new GetCallerIdentityCommand({}));
  return Arn;
}

/**
 * AWS's decision, which the lab's front door makes: a token of another account, or one for the API, opens
 * nothing.
 */
async function opensNoMore(lab: Lab, roleArn: string): Promise<void> {
  const create = ["create", "token", "-n", account.namespace];
  const tokens = {
    "its own token": await lab.kubernetes.kubectl([...create, account.name, "--audience", audience]),
    "another account's token": await lab.kubernetes.kubectl([...create, "default", "--audience", audience]),
    "a token for the API": await lab.kubernetes.kubectl([...create, account.name]),
  };
  for (const [what, token] of Object.entries(tokens)) {
    const status = await lab.client.assumeRole(roleArn, token.trim());
    const wanted = what === "its own token" ? 200 : 403;
    if (status !== wanted) throw new Error(`${what} for ${roleArn}: HTTP ${status}, not ${wanted}`);
  }
}
