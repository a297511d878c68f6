import { assetFileName, isAsset, writeAsset } from "./assets";
import { pathToBridge, pathToPulumi, toBridge, toPulumi } from "./properties";
import { DOCUMENTS, shapeOf, type Shape } from "./shapes";
import { isObject, isPlainObject, SECRET, SIGNATURE, UNKNOWN, type Properties, type Value } from "./wire";

/** What a translation depends on besides the resource's type. */
export interface Provider {
  /** `aws`, `tls` or `random`. */
  readonly package: string;
  /** Region of this provider instance; undefined while unknown. */
  readonly region: string | undefined;
  /**
   * Major version of the Terraform provider. Before version 6, a region belongs to an AWS provider, not to a
   * resource.
   */
  readonly major: number;
  /** Folder in which the Terraform provider runs; it finds files there by name. */
  readonly folder: string;
}

/** Services without regions: neither version gives their resources a `region`. */
const GLOBAL_SERVICE = /^aws:(iam|route53|cloudfront|organizations)\//;
/** The engine's own fields, and secrets that a provider takes but never stores. */
const UNSTORED = /^__|Wo$/;
const AWS_WITH_REGION_PER_RESOURCE = 6;

/** Translates the properties of one resource type between the npm package and the bridge. */
export class Translation {
  readonly shape: Shape;

  constructor(
    readonly token: string,
    private readonly provider: Provider,
  ) {
    this.shape = shapeOf(token);
  }

  /** Inputs or state in the bridge's shape. */
  toBridge(properties: Properties): Properties {
    const { asset, properties: rules = [] } = this.shape;
    let result = this.hidesRegion ? without(properties, "region") : properties;
    if (this.provider.package === "aws") result = withDocumentsAsText(result);
    result = without(result, ...Object.keys(this.shape.sameAs ?? {}));
    for (const [name, values] of this.newerValues) {
      const value = result[name];
      if (typeof value === "string" && value in values) result = { ...result, [name]: values[value] };
    }
    if (asset && isAsset(result[asset.pulumi])) {
      const { [asset.pulumi]: value, ...others } = result;
      result = { ...others, [asset.bridge]: assetFileName(value as Properties) };
    }
    return toBridge(rules, result);
  }

  /** Checked inputs in the npm package's shape. `asked` are the program's inputs, in that shape. */
  inputsToPulumi(inputs: Properties, asked: Properties): Properties {
    const { asset, properties: rules = [] } = this.shape;
    const result = { ...toPulumi(rules, inputs) };
    for (const [name, values] of this.newerValues) {
      const wanted = asked[name];
      if (typeof wanted === "string" && values[wanted] === result[name]) result[name] = wanted;
    }
    if (this.hidesRegion && "region" in asked) result.region = asked.region;
    if (asset && isAsset(asked[asset.pulumi])) {
      delete result[asset.bridge];
      result[asset.pulumi] = asked[asset.pulumi];
    }
    return result;
  }

  /** State in the npm package's shape. `asked` are the inputs sent to the provider, in that shape. */
  stateToPulumi(state: Properties, asked: Properties): Properties {
    const result = this.inputsToPulumi(state, asked);
    for (const [newer, older] of Object.entries(this.shape.sameAs ?? {})) {
      if (older in state) result[newer] = state[older];
    }
    if (this.hidesRegion && this.provider.region !== undefined) result.region = this.provider.region;
    return result;
  }

  pathToBridge(path: string): string {
    return this.assetPath(pathToBridge(this.shape.properties ?? [], path), "pulumi", "bridge");
  }

  pathToPulumi(path: string): string {
    return this.assetPath(pathToPulumi(this.shape.properties ?? [], path), "bridge", "pulumi");
  }

  /** Puts the inputs' files where the Terraform provider finds them. */
  writeAssets(inputs: Properties): void {
    const asset = inputs[this.shape.asset?.pulumi ?? ""];
    if (isAsset(asset)) writeAsset(asset, this.provider.folder);
  }

  /**
   * Inputs that are missing in the state afterwards, with the npm package's names. This version of the
   * Terraform provider does not have them, or AWS has not kept them. `asked` is in the npm package's shape,
   * `state` in the bridge's.
   */
  ignored(asked: Properties, state: Properties): string[] {
    const sent = Object.entries(this.toBridge(asked));
    const missing = sent.filter(
      ([name, value]) => !(name in state) && !isEmpty(value) && !UNSTORED.test(name),
    );
    return missing.map(([name]) => this.pathToPulumi(name));
  }

  /**
   * Whether a replacement has the same name as the old resource. AWS refuses a second resource of that name,
   * so the old one must be deleted first.
   */
  keepsName(old: Properties, asked: Properties): boolean {
    const { property } = this.shape.autoName ?? { property: "name" };
    return typeof asked[property] === "string" && asked[property] === old[property];
  }

  /** Says why the inputs cannot work with this version of the provider; undefined if they can. */
  regionFailure(inputs: Properties): string | undefined {
    const { region, major } = this.provider;
    const asked = inputs.region;
    if (!this.hidesRegion || typeof asked !== "string" || asked === UNKNOWN) return undefined;
    if (region === undefined || asked === region) return undefined;
    return (
      `"${asked}" is not the provider's region, "${region}", and the Terraform AWS provider ${major} behind ` +
      "the bridge has one region a provider: give the resource a provider of its own, with that region"
    );
  }

  private get isOlder(): boolean {
    const { package: name, major } = this.provider;
    return name === "aws" && major < AWS_WITH_REGION_PER_RESOURCE;
  }

  private get newerValues() {
    return this.isOlder ? Object.entries(this.shape.newer ?? {}) : [];
  }

  private get hidesRegion(): boolean {
    return this.isOlder && !GLOBAL_SERVICE.test(this.token);
  }

  private assetPath(path: string, from: "pulumi" | "bridge", to: "pulumi" | "bridge"): string {
    const { asset } = this.shape;
    return asset && path === asset[from] ? asset[to] : path;
  }
}

function isEmpty(value: Value): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value)
    ? Object.keys(value).length === 0
    : value === null || value === "" || value === false;
}

function without(properties: Properties, ...names: string[]): Properties {
  if (!names.some((name) => name in properties)) return properties;
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

function withDocumentsAsText(properties: Properties): Properties {
  const found = DOCUMENTS.filter((name) => isPlainObject(properties[name]));
  return { ...properties, ...Object.fromEntries(found.map((name) => [name, asText(properties[name])])) };
}

/** JSON text of a document; the whole text is unknown or secret when a part of it is. */
function asText(document: Value): Value {
  let unknown = false;
  let secret = false;
  const plain = (value: Value): Value => {
    if (value === UNKNOWN) unknown = true;
    if (Array.isArray(value)) return value.map(plain);
    if (!isObject(value)) return value;
    if (value[SIGNATURE] === SECRET) {
      secret = true;
      return plain(value.value);
    }
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
  };
  const text = JSON.stringify(plain(document));
  const value = unknown ? UNKNOWN : text;
  return secret ? { [SIGNATURE]: SECRET, value } : value;
}
