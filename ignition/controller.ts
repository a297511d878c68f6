import { controllerReleases } from "./downloads";
import { controllerKeyObjects } from "./keyObjects";
import { NodeFacts, nodeIgnition } from "./node";

export interface ControllerFacts extends NodeFacts {
  /** Without v. */
  etcdVersion: string;
  serviceCidr: string;
  /** URL of the published OIDC discovery document's folder. */
  oidcIssuer: string;
}

/** Ignition JSON text of every controller: there is no first one. */
export function controllerIgnition(facts: ControllerFacts): string {
  return nodeIgnition(facts, {
    trees: ["controller", "etcd", "chores"],
    values: {
      // Pods on controllers are the project's own.
      otherwise: "counter drop",
      etcdVersion: facts.etcdVersion,
      serviceCidr: facts.serviceCidr,
      oidcIssuer: facts.oidcIssuer,
    },
    keyObjects: controllerKeyObjects,
    releases: controllerReleases(facts.kubernetesVersion, facts.etcdVersion, facts.architecture),
  });
}
