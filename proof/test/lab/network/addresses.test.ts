import { deepEqual, equal, throws } from "node:assert/strict";
import { addressIn, lastHostOf, parseRange, resolverOf, routerOf } from "../../../lab/network/addresses";

describe("Addresses of the lab's network", () => {
  it("are where AWS has them", () => {
    equal(resolverOf("10.0.0.0/16"), "10.0.0.2");
    equal(routerOf("10.0.240.0/20"), "10.0.240.1");
    equal(addressIn("10.0.0.0/16", 256 + 255), "10.0.1.255");
    equal(lastHostOf("10.0.16.0/20"), "10.0.31.254");
  });

  it("are refused where they are none", () => {
    deepEqual(parseRange("192.168.0.0/24"), { base: "192.168.0.0", prefixLength: 24 });
    throws(() => parseRange("10.0.0.0"), /"10\.0\.0\.0" is no IPv4 range such as 10\.0\.0\.0\/16/);
    throws(() => parseRange("10.0.0.0/33"), /is no IPv4 range/);
  });
});
