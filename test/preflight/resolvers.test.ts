import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { strangeResolvers } from "../../preflight/network/resolvers";
import { config, inRegion } from "./existingVpc";
import { Config, run } from "../engine/stack";

describe("The resolvers of an existing VPC", () => {
  it("are the VPC's own under any of their names; all others are foreign", () => {
    const own = ["AmazonProvidedDNS", "169.254.169.253", "172.31.0.2"];
    assert.deepEqual(strangeResolvers(own, "172.31.0.0/16"), []);
    assert.deepEqual(strangeResolvers([...own, "172.31.0.3", "10.0.0.2"], "172.31.0.0/16"), [
      "172.31.0.3",
      "10.0.0.2",
    ]);
  });

  const warned = async (settings: Config, resolvers: string[]) => {
    const said: string[] = [];
    const warn = pulumi.log.warn;
    Object.assign(pulumi.log, { warn: async (message: string) => void said.push(message) });
    await run(settings, inRegion({ resolvers })).finally(() => Object.assign(pulumi.log, { warn }));
    return said.filter((message) => message.includes("resolvers"));
  };
  const internal = config({}, { api: { access: "internal" } });

  it("cause a warning if they may not know the private zone", async () => {
    const [message] = await warned(internal, ["10.9.9.9"]);
    assert.match(
      message,
      /ask the resolvers 10\.9\.9\.9 \(dopts-1\).* forward dev\.k8s\.example\.com to the VPC's resolver 172\.31\.0\.2/,
    );
  });

  it("are not looked up for a public zone, which every resolver knows", async () => {
    assert.deepEqual(await warned({ ...internal, parentZoneId: "Z0123456789" }, ["10.9.9.9"]), []);
  });
});
