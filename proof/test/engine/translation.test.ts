import { unzipSync } from "fflate";
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Translation, type Provider } from "../../engine/bridge/translation";
import { ARCHIVE, ASSET, SECRET, SIGNATURE, UNKNOWN, type Properties } from "../../engine/bridge/wire";

describe("bridge translation", () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "translation-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const of = (token: string, overrides: Partial<Provider> = {}): Translation =>
    new Translation(token, { package: "aws", region: "eu-central-1", major: 5, folder, ...overrides });

  describe("of regions, with a provider that has one region", () => {
    const vpc = "aws:ec2/vpc:Vpc";

    it("hides a resource's region from the provider and gives the provider's to the program", () => {
      assert.deepEqual(of(vpc).toBridge({ cidrBlock: "10.0.0.0/16", region: "eu-central-1" }), {
        cidrBlock: "10.0.0.0/16",
      });
      assert.deepEqual(of(vpc).stateToPulumi({ id: "vpc-1" }, {}), { id: "vpc-1", region: "eu-central-1" });
    });

    it("keeps a given region in the inputs, and invents none", () => {
      assert.deepEqual(of(vpc).inputsToPulumi({}, { region: "eu-central-1" }), { region: "eu-central-1" });
      assert.deepEqual(of(vpc).inputsToPulumi({}, {}), {});
    });

    it("refuses another region than the provider's, by name", () => {
      assert.match(
        of(vpc).regionFailure({ region: "us-west-2" })!,
        /"us-west-2".*"eu-central-1".*provider of its own/,
      );
      assert.equal(of(vpc).regionFailure({ region: "eu-central-1" }), undefined);
      assert.equal(of(vpc).regionFailure({ region: UNKNOWN }), undefined);
    });

    it("adds no region to global services", () => {
      assert.deepEqual(of("aws:iam/role:Role").stateToPulumi({ name: "a" }, {}), { name: "a" });
    });

    it("answers getRegion with the newer provider's name for it", () => {
      const getRegion = of("aws:index/getRegion:getRegion", { region: undefined });
      assert.deepEqual(getRegion.stateToPulumi({ name: "eu-west-1" }, {}), {
        name: "eu-west-1",
        region: "eu-west-1",
      });
    });
  });

  it("changes no region with a provider whose resources have regions", () => {
    const newer = of("aws:ec2/vpc:Vpc", { major: 6 });
    assert.deepEqual(newer.toBridge({ region: "us-west-2" }), { region: "us-west-2" });
    assert.equal(newer.regionFailure({ region: "us-west-2" }), undefined);
  });

  describe("of policy documents", () => {
    const role = of("aws:iam/role:Role");

    it("turns an object into JSON text and leaves text as it is", () => {
      assert.deepEqual(role.toBridge({ assumeRolePolicy: { Version: "1" } }), {
        assumeRolePolicy: '{"Version":"1"}',
      });
      assert.deepEqual(role.toBridge({ assumeRolePolicy: "{}" }), { assumeRolePolicy: "{}" });
    });

    it("keeps a document secret, or unknown, if a part of it is", () => {
      const part: Properties = { [SIGNATURE]: SECRET, value: "s" };
      assert.deepEqual(role.toBridge({ assumeRolePolicy: { a: [part] } }), {
        assumeRolePolicy: { [SIGNATURE]: SECRET, value: '{"a":["s"]}' },
      });
      assert.deepEqual(role.toBridge({ assumeRolePolicy: { a: UNKNOWN } }), { assumeRolePolicy: UNKNOWN });
    });
  });

  describe("of a Lambda function's code", () => {
    const fn = "aws:lambda/function:Function";
    const code: Properties = {
      [SIGNATURE]: ARCHIVE,
      hash: "abc",
      assets: {
        "b.js": { [SIGNATURE]: ASSET, text: "b", hash: "2" },
        "a/c.js": { [SIGNATURE]: ASSET, text: "c", hash: "3" },
      },
    };

    it("names a file by the content's hash, without a folder, and gives the code back", () => {
      assert.deepEqual(of(fn).toBridge({ code, name: "f" }), { filename: "abc.zip", functionName: "f" });
      assert.deepEqual(of(fn).inputsToPulumi({ filename: "abc.zip", functionName: "f" }, { code }), {
        code,
        name: "f",
      });
      assert.equal(of(fn).pathToPulumi("filename"), "code");
    });

    it("writes a ZIP file whose bytes depend on nothing but the content", () => {
      of(fn).writeAssets({ code });
      const first = fs.readFileSync(path.join(folder, "abc.zip"));
      fs.rmSync(path.join(folder, "abc.zip"));
      const reordered = {
        ...code,
        assets: Object.fromEntries(Object.entries(code.assets as Properties).reverse()),
      };
      of(fn).writeAssets({ code: reordered });
      assert.deepEqual(fs.readFileSync(path.join(folder, "abc.zip")), first);
      const files = unzipSync(first);
      assert.deepEqual(Object.keys(files), ["a/c.js", "b.js"]);
      assert.equal(Buffer.from(files["b.js"]).toString(), "b");
    });

    it("refuses an archive by URI with what to do instead", () => {
      const remote: Properties = { [SIGNATURE]: ARCHIVE, hash: "u", uri: "https://example.com/a.zip" };
      assert.throws(() => of(fn).writeAssets({ code: remote }), /give it as a map or as a local path/);
    });
  });

  describe("of a value that an older provider does not take", () => {
    const runtime = "nodejs24.x";
    const older = of("aws:lambda/function:Function");

    it("sends one that it takes, and gives back what was asked for", () => {
      assert.deepEqual(older.toBridge({ runtime }), { runtime: "nodejs22.x" });
      assert.deepEqual(older.inputsToPulumi({ runtime: "nodejs22.x" }, { runtime }), { runtime });
      assert.deepEqual(older.stateToPulumi({ runtime: "nodejs22.x" }, { runtime }).runtime, runtime);
    });

    it("shows what somebody has changed it to, and leaves others alone", () => {
      assert.deepEqual(older.inputsToPulumi({ runtime: "nodejs20.x" }, { runtime }), {
        runtime: "nodejs20.x",
      });
      const asked = { runtime: "nodejs22.x" };
      assert.deepEqual(older.toBridge(asked), asked);
      assert.deepEqual(older.inputsToPulumi(asked, asked), asked);
    });

    it("passes it to a newer one", () => {
      const newer = of("aws:lambda/function:Function", { major: 6 });
      assert.deepEqual(newer.toBridge({ runtime }), { runtime });
    });
  });

  it("deletes the old resource first if the replacement has the same name", () => {
    const group = of("aws:autoscaling/group:Group");
    assert.equal(group.keepsName({ name: "nodes" }, { name: "nodes" }), true);
    assert.equal(group.keepsName({ name: "nodes" }, { name: "others" }), false);
    const subnet = of("aws:ec2/subnet:Subnet");
    assert.equal(subnet.keepsName({ cidrBlock: "10.0.0.0/24" }, { cidrBlock: "10.0.0.0/24" }), false);
  });

  it("reports the inputs that the provider has left out", () => {
    const cert = of("tls:index/selfSignedCert:SelfSignedCert", { package: "tls", major: 0 });
    const asked = { subject: { commonName: "a" }, maxPathLength: 0, uris: [], __defaults: ["x"] };
    assert.deepEqual(cert.ignored(asked, { subjects: [{ commonName: "a" }] }), ["maxPathLength"]);
  });
});
