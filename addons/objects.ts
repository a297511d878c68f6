import type { Value } from "./yamlDocuments";

/**
 * `<Kind>[.<group>] <namespace, or - for none and default> <name>`, or why controllers could not apply the
 * value and keep it. The id is unique for each object, and the same for every version of its API.
 */
type Identity =
  | { readonly id: string; readonly problem?: undefined }
  | { readonly id?: undefined; readonly problem: string };

type Fields = { readonly [key: string]: Value };

const isMap = (value: Value | undefined): value is { [key: string]: Value } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: Value | undefined): value is string => typeof value === "string" && value !== "";

/**
 * The form of an object's id for controllers (`object_lines` of addons-apply): no part of it can be an option
 * of kubectl.
 */
const idForm = /^[A-Za-z0-9][A-Za-z0-9-]*(\.[a-z0-9.-]+)? (-|[a-z0-9][a-z0-9-]*) [A-Za-z0-9]\S*$/;
/** Lists of Kubernetes' own kinds. Other kinds may have the same ending, but their groups contain a dot. */
const listKinds = /^\w*List(\.[a-z]+|\.([a-z]+\.)+k8s\.io)?$/;
/** Kinds without an address of their own in the API. */
const requestKinds =
  /^(\w+Options|Status|WatchEvent|Eviction\.policy|Scale\.autoscaling|TokenRequest\.authentication\.k8s\.io)$/;

export function identify(value: Value): Identity {
  if (!isMap(value)) return { problem: "is not a Kubernetes object: it is not a map" };
  const { apiVersion, kind, metadata } = value;
  if (!isText(apiVersion)) return { problem: "has no apiVersion" };
  if (!isText(kind)) return { problem: "has no kind" };
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/", 2) : ["", apiVersion];
  const fullKind = group === "" ? kind : `${kind}.${group}`;
  if (value.items !== undefined || listKinds.test(fullKind))
    return { problem: `is a ${kind}: write its items as documents of their own` };
  if (requestKinds.test(fullKind))
    return { problem: `${kind} is a request or an answer of the API, which never stores it: leave it out` };
  if (!isMap(metadata) || (metadata.name ?? "") === "") return { problem: `${kind} has no metadata.name` };
  const { name } = metadata;
  const namespace = metadata.namespace === "" ? "-" : (metadata.namespace ?? "-");
  const noText = (key: string) => ({
    problem: `${kind} has a metadata.${key} that is not text: write it in quotes`,
  });
  if (!isText(name)) return noText("name");
  if (!isText(namespace)) return noText("namespace");
  if (/\s/.test(`${apiVersion}${kind}${name}${namespace}`)) {
    return { problem: `${kind} ${name} has white space in its apiVersion, kind, name or namespace` };
  }
  if ([name, namespace].some((text) => /[/%]|^\.\.?$/.test(text))) {
    return { problem: `${kind} ${name} has a name or namespace with / or %, or with only dots` };
  }
  const problem = wrongMetadata(metadata) ?? passing(fullKind, value, metadata);
  if (problem !== undefined) return { problem: `${kind} ${name} ${problem}` };
  if (version === "" || apiVersion.split("/").length > 2)
    return { problem: `${kind} ${name} has the apiVersion ${apiVersion}` };
  // kubectl's default if none is written.
  const id = `${fullKind} ${namespace === "default" ? "-" : namespace} ${name}`;
  return idForm.test(id)
    ? { id }
    : { problem: `${kind} ${name} has a kind, group, namespace or name that Kubernetes does not accept` };
}

/** Fields that describe an object's life in the cluster that it was read from. */
const ofOneLife = [
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "ownerReferences",
  "resourceVersion",
  "selfLink",
  "uid",
];

function wrongMetadata(metadata: Fields): string | undefined {
  for (const [key, value] of Object.entries(metadata)) {
    if (key === "name" || key === "namespace" || value === null) continue;
    if (ofOneLife.includes(key)) return `has metadata.${key}, which the API sets itself: leave it out`;
    if (key === "labels" || key === "annotations") {
      if (!isMap(value)) return `has metadata.${key} that are not a map`;
      const wrong = Object.entries(value).find(([, text]) => typeof text !== "string" && text !== null);
      if (wrong !== undefined)
        return `has ${wrong[0]} in metadata.${key} that is not text: write it in quotes`;
    } else if (key === "finalizers") {
      if (!Array.isArray(value) || !value.every(isText))
        return "has metadata.finalizers that are not a list of text";
    } else if (key === "creationTimestamp") {
      return "has a metadata.creationTimestamp: leave it out";
    } else {
      return `has metadata.${key}, which a manifest must not have: leave it out`;
    }
  }
  return undefined;
}

/** Kinds that the API does not keep, or not for long. */
const passingKinds =
  /^(Event(\.events\.k8s\.io)?|Binding|\w+Review\.auth(entication|orization)\.k8s\.io|CertificateSigningRequest\.certificates\.k8s\.io)$/;

/**
 * Objects that disappear by themselves. Controllers apply missing objects again, every five minutes. So a Job
 * that is deleted once it is done would run again for ever.
 */
function passing(
  fullKind: string,
  { spec, type, data, stringData }: Fields,
  { annotations }: Fields,
): string | undefined {
  if (isMap(annotations) && isText(annotations["helm.sh/hook"])) {
    return "is a Helm hook, which only Helm runs at the right time: render the chart with `helm template --no-hooks`";
  }
  const fields = isMap(spec) ? [spec, spec.runPolicy].filter(isMap) : [];
  const ttl = fields.some((field) => (field.ttlSecondsAfterFinished ?? field.ttlStrategy ?? null) !== null);
  if (ttl)
    return "deletes itself once it is done, and then would run again every five minutes: leave its ttl out";
  if (passingKinds.test(fullKind))
    return "is not kept by the cluster, so it would be made again every five minutes: leave it out";
  const token = fullKind === "Secret" && type === "bootstrap.kubernetes.io/token";
  if (token && [data, stringData].some((map) => isMap(map) && map.expiration !== undefined)) {
    return "is a token that is deleted once it expires, and then would be made again: leave it out";
  }
  return undefined;
}
