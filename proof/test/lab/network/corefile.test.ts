import { match, doesNotMatch } from "node:assert/strict";
import { corefile } from "../../../lab/network/corefile";

const args = {
  address: "10.0.0.2",
  awsAddress: "203.0.113.10",
  zones: [{ name: "demo.example.com", id: "Z1" }],
  balancers: [],
};

describe("The resolver's configuration", () => {
  it("has each hosted zone from Route 53, soon after it changed", () => {
    const text = corefile({ ...args, region: "eu-west-1" });
    match(text, /^demo\.example\.com\.:53 \{\n {2}bind 10\.0\.0\.2\n/m);
    match(text, /route53 demo\.example\.com\.:Z1 \{\n {4}refresh 1s/);
  });

  it("has the names of instances by their addresses, as the region calls them", () => {
    match(corefile({ ...args, region: "eu-west-1" }), /^eu-west-1\.compute\.internal\.:53 \{/m);
    match(corefile({ ...args, region: "us-east-1" }), /^ec2\.internal\.:53 \{/m);
  });

  it("denies other names of the region's domain, so that a search goes on", () => {
    const text = corefile({ ...args, region: "us-east-1" });
    match(text, /^ec2\.internal\.:53 \{\n(?: .*\n)* {2}template ANY ANY \{\n {4}rcode NXDOMAIN\n {2}\}\n\}/m);
  });

  it("leads AWS's names and the mirror's to the lab's AWS", () => {
    match(
      corefile({ ...args, region: "eu-west-1" }),
      /^amazonaws\.com\.:53 mirror\.lab\.internal\.:53 \{[^}]*answer "\{\{ \.Name \}\} 5 IN A 203\.0\.113\.10"/m,
    );
  });

  it("has load balancers at all their addresses, before the zone", () => {
    const balancers = [{ name: "api.demo.example.com", addresses: ["10.0.0.6", "10.0.16.6"] }];
    const text = corefile({ ...args, balancers, region: "eu-west-1" });
    match(
      text,
      /^api\.demo\.example\.com\.:53 \{\n(?: .*\n)* {4}answer "\{\{ \.Name \}\} 60 IN A 10\.0\.0\.6"\n.*60 IN A 10\.0\.16\.6"/m,
    );
  });

  it("needs no zone", () => {
    doesNotMatch(corefile({ ...args, zones: [], region: "eu-west-1" }), /route53/);
  });
});
