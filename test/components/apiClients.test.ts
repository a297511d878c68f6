import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { apiClients } from "../../components/network/apiClients";
import { parseSettings } from "../../settings";
import { right } from "../settings/refusal";
import { region } from "../engine/region";
import { run, stackConfig } from "../engine/stack";

const settingsWith = (access: string, allowedCidrs: readonly string[]) =>
  parseSettings({ ...right, api: { access, allowedCidrs } });

const ofExisting = (natAddresses: readonly string[], allowedCidrs: readonly string[]) =>
  apiClients({
    ...settingsWith("public", allowedCidrs),
    cidrs: ["10.0.0.0/16"],
    existingVpc: { natAddresses: [...natAddresses] },
    ...{ nats: [], knownNatAddresses: [] },
  });

describe("A range that may connect to the API", () => {
  it("has one rule named after it, even if several settings and NAT gateways contain it", () => {
    const address = fc.constantFrom("198.51.100.1", "198.51.100.2", "203.0.113.7");
    const addresses = fc.array(address, { maxLength: 5 });
    const ranges = fc.uniqueArray(
      fc.oneof(
        address.map((one) => `${one}/32`),
        fc.constant("203.0.113.0/24"),
      ),
      {
        minLength: 1,
      },
    );
    fc.assert(
      fc.property(addresses, ranges, (nats, allowed) => {
        const clients = ofExisting(nats, allowed);
        assert.deepEqual(
          clients.map(({ name, cidr }) => [name, cidr]).sort(),
          [...new Set([...nats.map((one) => `${one}/32`), ...allowed])].sort().map((cidr) => [cidr, cidr]),
        );
      }),
    );
  });

  it("of a new VPC's NAT gateway has a rule named after the zone, and the known address gets no second rule", async () => {
    const here = { ...region("eu-central-1"), addresses: { "dev-nat-eu-central-1a": "198.51.100.1" } };
    const allowedCidrs = ["198.51.100.1/32", "198.51.100.2/32"];
    const config = { ...stackConfig("dev"), api: { access: "public", allowedCidrs } };
    const { resources } = await run(config, { region: here });
    const rules = resources.filter(({ name }) => name.startsWith("dev-groups-api-from-"));
    assert.deepEqual(rules.map(({ name }) => name).sort(), [
      "dev-groups-api-from-198.51.100.2/32",
      "dev-groups-api-from-nat-eu-central-1a",
    ]);
  });
});
