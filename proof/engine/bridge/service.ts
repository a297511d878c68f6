import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService, type ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { rewriteError, withReasons } from "./errors";
import type { EngineRelay } from "./engineRelay";
import { withName } from "./names";
import { passingService } from "./passing";
import { read, write } from "./struct";
import { bridgeFunction, bridgeResource, typeOfUrn } from "./tokens";
import { Translation, type Provider } from "./translation";
import type { Properties } from "./wire";

type Reply<T> = grpc.sendUnaryData<T>;
type Call<T> = grpc.ServerUnaryCall<T, unknown>;
interface Addressed {
  getUrn(): string;
  setUrn(urn: string): unknown;
  getType(): string;
  setType(type: string): unknown;
}

/**
 * Serves Pulumi's provider protocol for one package. It rewrites tokens and properties on their way to the
 * dynamic bridge and back, and passes everything else through.
 */
export function providerService(
  client: ResourceProviderClient,
  relay: EngineRelay,
  start: Omit<Provider, "region">,
  version: string,
  environmentRegion: string | undefined,
): grpc.UntypedServiceImplementation {
  const provider: Provider & { region: string | undefined } = { ...start, region: environmentRegion };

  /** Prepares a request for the bridge, and returns the translation of its resource's properties. */
  function addressed(request: Addressed): Translation {
    const token = request.getType() || typeOfUrn(request.getUrn());
    request.setUrn(relay.urnForBridge(request.getUrn()));
    if (request.getType()) request.setType(bridgeResource(request.getType()));
    return new Translation(token, provider);
  }

  function warnOfIgnored(
    urn: string,
    translation: Translation,
    asked: Properties,
  ): (state: Properties) => void {
    return (state) => {
      const names = translation.ignored(asked, state);
      if (names.length === 0) return;
      const text =
        `\`${names.join("`, `")}\` did not come back: the Terraform provider behind the local bridge, which may be ` +
        "older than the npm package, does not know it, or AWS has not kept it";
      relay.warn(urn, text);
    };
  }

  function configure({ request }: Call<pb.ConfigureRequest>, reply: Reply<pb.ConfigureResponse>): void {
    const region = request.getVariablesMap().get(`${provider.package}:config:region`);
    if (region) provider.region = region;
    client.configure(request, (error, response) => {
      // The bridge has no resource references, so the engine sends identifiers instead.
      response?.setAcceptresources(false);
      reply(error, response);
    });
  }

  function handshake(
    { request }: Call<pb.ProviderHandshakeRequest>,
    reply: Reply<pb.ProviderHandshakeResponse>,
  ): void {
    request.setEngineAddress(relay.address ?? request.getEngineAddress());
    client.handshake(request, (error, response) => {
      response?.setAcceptResources(false);
      reply(error, response);
    });
  }

  function getPluginInfo({ request }: Call<Empty>, reply: Reply<PluginInfo>): void {
    client.getPluginInfo(request, (error, response) => {
      response?.setVersion(version);
      reply(error, response);
    });
  }

  let turn = Promise.resolve();
  /** One function after the other: the bridge does not say which of them an error belongs to. */
  function inTurn(ask: (done: () => void) => void): void {
    turn = turn.then(() => new Promise(ask));
  }

  function invoke({ request }: Call<pb.InvokeRequest>, reply: Reply<pb.InvokeResponse>): void {
    const token = request.getTok();
    const translation = new Translation(token, provider);
    const asked = read(request.getArgs());
    const failure = translation.regionFailure(asked);
    if (failure) throw new Error(`${token}: region ${failure}`);
    request.setTok(bridgeFunction(token));
    request.setArgs(write(translation.toBridge(asked)));
    inTurn((done) => {
      relay.keepErrors();
      client.invoke(request, (error, response) => {
        const reasons = relay.takeErrors();
        done();
        if (error) return reply(rewriteError(withReasons(error, reasons), token));
        if (response.hasReturn()) {
          response.setReturn(write(translation.stateToPulumi(read(response.getReturn()), asked)));
        }
        reply(null, response);
      });
    });
  }

  function check({ request }: Call<pb.CheckRequest>, reply: Reply<pb.CheckResponse>): void {
    const urn = request.getUrn();
    const translation = addressed(request);
    const { autoName } = translation.shape;
    const asked = read(request.getNews());
    const old = read(request.getOlds());
    const failure = translation.regionFailure(asked);
    if (failure) return reply(null, refusal("region", failure));

    const source = {
      logical: request.getName() || urn.split("::").slice(3).join("::"),
      seed: request.getRandomseed_asU8(),
      old,
      proposed: proposedName(request),
    };
    const complete = autoName ? withName(autoName, asked, source) : asked;
    request.setNews(write(translation.toBridge(complete)));
    if (request.hasOlds()) request.setOlds(write(translation.toBridge(old)));
    client.check(request, (error, response) => {
      if (error) return reply(rewriteError(error, translation.token));
      response.setInputs(write(translation.inputsToPulumi(read(response.getInputs()), complete)));
      for (const item of response.getFailuresList())
        item.setProperty(translation.pathToPulumi(item.getProperty()));
      reply(null, response);
    });
  }

  function diff({ request }: Call<pb.DiffRequest>, reply: Reply<pb.DiffResponse>): void {
    const translation = addressed(request);
    const keepsName = translation.keepsName(read(request.getOlds()), read(request.getNews()));
    changeRequest(request, translation);
    client.diff(request, (error, response) => {
      if (error) return reply(rewriteError(error, translation.token));
      const rename = (path: string): string => translation.pathToPulumi(path);
      response.setReplacesList(response.getReplacesList().map(rename));
      if (keepsName && response.getReplacesList().length > 0) response.setDeletebeforereplace(true);
      response.setStablesList(response.getStablesList().map(rename));
      response.setDiffsList(response.getDiffsList().map(rename));
      const details = response.getDetaileddiffMap();
      const renamed = [...details.toArray()].map(([path, kind]) => [rename(path), kind] as const);
      details.clear();
      for (const [path, kind] of renamed) details.set(path, kind);
      reply(null, response);
    });
  }

  function create({ request }: Call<pb.CreateRequest>, reply: Reply<pb.CreateResponse>): void {
    const urn = request.getUrn();
    const translation = addressed(request);
    const asked = read(request.getProperties());
    if (!request.getPreview()) translation.writeAssets(asked);
    request.setProperties(write(translation.toBridge(asked)));
    client.create(request, stateReply(translation, asked, reply, warnOfIgnored(urn, translation, asked)));
  }

  function update({ request }: Call<pb.UpdateRequest>, reply: Reply<pb.UpdateResponse>): void {
    const urn = request.getUrn();
    const translation = addressed(request);
    const asked = read(request.getNews());
    if (!request.getPreview()) translation.writeAssets(asked);
    changeRequest(request, translation);
    client.update(request, stateReply(translation, asked, reply, warnOfIgnored(urn, translation, asked)));
  }

  function readState({ request }: Call<pb.ReadRequest>, reply: Reply<pb.ReadResponse>): void {
    const translation = addressed(request);
    const properties = read(request.getProperties());
    const inputs = read(request.getInputs());
    if (request.hasProperties()) request.setProperties(write(translation.toBridge(properties)));
    if (request.hasInputs()) request.setInputs(write(translation.toBridge(inputs)));
    client.read(
      request,
      stateReply(translation, properties, (error, response) => {
        if (response?.hasInputs()) {
          response.setInputs(write(translation.inputsToPulumi(read(response.getInputs()), inputs)));
        }
        reply(error, response);
      }),
    );
  }

  function remove({ request }: Call<pb.DeleteRequest>, reply: Reply<unknown>): void {
    const translation = addressed(request);
    request.setProperties(write(translation.toBridge(read(request.getProperties()))));
    if (request.hasOldInputs())
      request.setOldInputs(write(translation.toBridge(read(request.getOldInputs()))));
    client.delete(request, (error, response) => {
      if (error) return reply(rewriteError(error, translation.token, translation));
      reply(null, response);
    });
  }

  return {
    ...passingService(client, ResourceProviderService),
    handshake: reporting(handshake),
    getPluginInfo: reporting(getPluginInfo),
    configure: reporting(configure),
    invoke: reporting(invoke),
    check: reporting(check),
    diff: reporting(diff),
    create: reporting(create),
    update: reporting(update),
    read: reporting(readState),
    delete: reporting(remove),
  };
}

/** Hands an exception of a method to the engine as the method's error, instead of ending the process. */
function reporting<Q, R>(method: (call: Call<Q>, reply: Reply<R>) => void): grpc.handleUnaryCall<Q, R> {
  return (call, reply) => {
    try {
      method(call, reply);
    } catch (error) {
      reply({ code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) });
    }
  };
}

function changeRequest(request: pb.DiffRequest | pb.UpdateRequest, translation: Translation): void {
  request.setOlds(write(translation.toBridge(read(request.getOlds()))));
  request.setNews(write(translation.toBridge(read(request.getNews()))));
  if (request.hasOldInputs()) request.setOldInputs(write(translation.toBridge(read(request.getOldInputs()))));
  request.setIgnorechangesList(request.getIgnorechangesList().map((path) => translation.pathToBridge(path)));
}

function stateReply<T extends pb.CreateResponse | pb.UpdateResponse | pb.ReadResponse>(
  translation: Translation,
  asked: Properties,
  reply: Reply<T>,
  seen: (state: Properties) => void = () => undefined,
): (error: grpc.ServiceError | null, response: T) => void {
  return (error, response) => {
    if (error) return reply(rewriteError(error, translation.token, translation, asked));
    if (response.hasProperties()) {
      const state = read(response.getProperties());
      seen(state);
      response.setProperties(write(translation.stateToPulumi(state, asked)));
    }
    reply(null, response);
  };
}

function refusal(property: string, reason: string): pb.CheckResponse {
  const failure = new pb.CheckFailure();
  failure.setProperty(property);
  failure.setReason(reason);
  const response = new pb.CheckResponse();
  response.addFailures(failure);
  return response;
}

function proposedName(request: pb.CheckRequest): string | null | undefined {
  const naming = request.getAutonaming();
  if (!naming) return undefined;
  return naming.getMode() === pb.CheckRequest.AutonamingOptions.Mode.DISABLE
    ? null
    : naming.getProposedName();
}
