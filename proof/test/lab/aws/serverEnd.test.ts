import { once } from "node:events";
import { createServer } from "node:https";
import { connect, type AddressInfo } from "node:net";
import { makeServerCertificate } from "../../../lab/aws/certificateAuthority";
import { serverEnd } from "../../../lab/aws/serverEnd";

describe("the end of a server", function () {
  this.timeout(20_000); // a TLS handshake may take two minutes

  it("waits for no client that has vanished in the TLS handshake", async () => {
    const { certificate: cert, key } = await makeServerCertificate("us-east-1");
    const server = createServer({ cert, key });
    const end = serverEnd(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    client.on("error", () => undefined);
    await once(server, "connection");
    await end();
    client.destroy();
  });
});
