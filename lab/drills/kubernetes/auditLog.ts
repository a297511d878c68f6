import type { Lab } from "../../lab";

/** https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/ */
export interface AuditEvent {
  readonly user: { readonly username: string };
  readonly impersonatedUser?: { readonly username: string };
  readonly objectRef?: { readonly name?: string };
  readonly responseStatus?: { readonly code?: number };
}

/** The events of all controllers with this text in them. */
export async function auditLog(lab: Lab, text: string): Promise<AuditEvent[]> {
  const controllers = (await lab.cluster.controllers()).map(({ id }) => lab.machine(id));
  const search = ["grep", "--no-filename", "--fixed-strings", text, "/var/log/kubernetes/audit.log"];
  const found = await Promise.all(controllers.map((machine) => machine.run(search)));
  const lines = found.flatMap(({ stdout }) => stdout.split("\n").filter((line) => line !== ""));
  return lines.map((line) => JSON.parse(line) as AuditEvent);
}
