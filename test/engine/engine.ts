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
