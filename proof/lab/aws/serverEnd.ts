import { once } from "node:events";
import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Returns how to end a server at once, with all of its connections. Node.js closes no connection in a TLS handshake, and
 * waits two minutes for it: https://nodejs.org/api/tls.html#tlscreateserveroptions-secureconnectionlistener
 * (`handshakeTimeout`). A node that vanishes may leave such a connection.
 */
export function serverEnd(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
}
