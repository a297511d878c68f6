import * as grpc from "@grpc/grpc-js";

type Method = (request: unknown, reply: grpc.sendUnaryData<unknown>) => void;

/** Removes gRPC's limits on message sizes: the inputs of one resource may hold whole files. */
export const UNLIMITED = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** Implements every unary method of a service with a call to another server. */
export function passingService(
  client: grpc.Client,
  service: grpc.ServiceDefinition<grpc.UntypedServiceImplementation>,
): grpc.UntypedServiceImplementation {
  const methods = client as unknown as Record<string, Method>;
  const unary = Object.entries(service).filter(([, { responseStream }]) => !responseStream);
  const pass = (name: string): grpc.handleUnaryCall<unknown, unknown> => {
    return (call, reply) => methods[name].call(client, call.request, reply);
  };
  return Object.fromEntries(unary.map(([name]) => [name, pass(name)]));
}

/** Serves on a free port of the loopback interface and returns the port. */
export function listen(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}
