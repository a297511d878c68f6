import * as pulumi from "@pulumi/pulumi";
import { idOf, madeOutputs, withSecretOutputs } from "./madeResources";
import { answer } from "./providerFunctions";
import { region as emptyRegion, type Region } from "./region";

/** What the program asked of the engine, in the engine's own messages. */
export interface Requests {
  readonly registrations: any[];
  readonly outputs: any[];
}

/**
 * Pulumi's engine without providers: makes every resource at once, answers lookups from `region`, and keeps what it was
 * asked. Pulumi's own mocks show inputs only; the messages also tell owners, order, protection and secrets. A provider that the
 * program makes for another region finds that region empty.
 */
export async function pretendEngine(
  region: Region,
  project: string,
  stack: string,
  preview: boolean,
): Promise<Requests> {
  const requests: Requests = { registrations: [], outputs: [] };
  const secretOutputs = new Map<string, string[]>();
  const regions = new Map<string | undefined, Region>();
  /** @param provider `<URN>::<id>` */
  const regionOf = (provider?: string) => regions.get(provider?.split("::").at(-2)) ?? region;
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom, provider, id }) => {
        if (type === "pulumi:pulumi:StackReference") {
          const outputs = region.otherStacks?.[name] ?? {};
          return { id: id ?? name, state: { name, outputs, secretOutputNames: [] } };
        }
        if (type === "pulumi:providers:aws") regions.set(name, emptyRegion(inputs.region));
        if (preview || !custom) return { id: undefined as unknown as string, state: inputs };
        const outputs = { ...inputs, ...madeOutputs(regionOf(provider), type, name, inputs) };
        const secret = secretOutputs.get(`${type} ${name}`) ?? [];
        return { id: idOf(type, name), state: withSecretOutputs(outputs, secret) };
      },
      call: ({ token, inputs, provider }) => answer(regionOf(provider), token, inputs),
    },
    project,
    stack,
    preview,
    "organization",
  );
  const monitor = pulumi.runtime.getMonitor() as any;
  const registerResource = monitor.registerResource.bind(monitor);
  const registerResourceOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResource = (request: any, done: unknown) => {
    requests.registrations.push(request);
    secretOutputs.set(`${request.getType()} ${request.getName()}`, request.getAdditionalsecretoutputsList());
    return registerResource(request, done);
  };
  monitor.registerResourceOutputs = (request: any, done: unknown) => {
    requests.outputs.push(request);
    return registerResourceOutputs(request, done);
  };
  return requests;
}

/**
 * Runs `program` with cheap stack traces. Pulumi takes one of every promise, and mapping them all to lines of TypeScript
 * would take most of a run's time.
 */
export async function withPlainStackTraces(program: () => Promise<unknown>): Promise<void> {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- V8 calls it without `this`
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = 3;
  Error.prepareStackTrace = (error, frames) => {
    // Of a promise: nobody throws it. Pulumi lifts the limit where it wants to know where a resource is made.
    if (error.message === "" && Number.isFinite(Error.stackTraceLimit)) return String(error);
    const lines = frames.map((frame) => {
      const place = `${frame.getFileName()}:${frame.getLineNumber()}:${frame.getColumnNumber()}`;
      return `    at ${frame.getFunctionName()} (${place})`;
    });
    return [String(error), ...lines].join("\n");
  };
  try {
    await program();
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  }
}
