import type { Lab } from "../../lab";

/** https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/ */
export interface AuditEvent {
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string; readonly extra?: Readonly<Record<string, readonly string[]>> };
  readonly impersonatedUser?: { readonly username: string };
  readonly objectRef?: { readonly name?: string };
  readonly responseStatus?: { readonly code?: number };
}

/** The events with this text in the audit logs of all controllers. */
export const auditLog = (lab: Lab, text: string): Promise<AuditEvent[]> =>
  eventsBy(lab, ["grep", "--no-filename", "--fixed-strings", text, log]);

/** The certificate that authenticated a user's newest request in an audit log; `none` if there is none. */
export async function newestLogin(lab: Lab, user: string): Promise<string> {
  const events = await eventsBy(lab, ["bash", "-c", `grep '"username":"${user}"' ${log} | tail -n 1`]);
  const [newest] = events.sort((one, other) =>
    other.requestReceivedTimestamp.localeCompare(one.requestReceivedTimestamp),
  );
  return newest?.user.extra?.["authentication.kubernetes.io/credential-id"]?.join() ?? "none";
}

const log = "/var/log/kubernetes/audit.log";

/** The output of this command for each controller's log. */
async function eventsBy(lab: Lab, search: readonly string[]): Promise<AuditEvent[]> {
  const controllers = (await lab.cluster.controllers()).map(({ id }) => lab.machine(id));
  const found = await Promise.all(controllers.map((machine) => machine.run(search)));
  const lines = found.flatMap(({ stdout }) => stdout.split("\n").filter((line) => line !== ""));
  return lines.map((line) => JSON.parse(line) as AuditEvent);
}
