import * as pulumi from "@pulumi/pulumi";

/** A value that the engine keeps encrypted and shows nobody. */
export class Secret {
  constructor(readonly value: unknown) {}
}

/** A value that a preview cannot know. */
export class Unknown {}

/** What crosses from the program to the engine, with secrets, unknowns and texts of archives told apart. */
export function fromWire(value: unknown): unknown {
  if (value === pulumi.runtime.unknownValue) return new Unknown();
  if (Array.isArray(value)) return value.map(fromWire);
  if (typeof value !== "object" || value === null) return value;
  const { [pulumi.runtime.specialSigKey]: kind, ...rest } = value as Record<string, unknown>;
  const inner = Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, fromWire(each)]));
  if (kind === pulumi.runtime.specialSecretSig) return new Secret(inner.value);
  return kind === pulumi.runtime.specialResourceSig ? inner.id : inner;
}

/** The value as anybody sees it who may not see secrets. */
export function withoutSecrets(value: unknown): unknown {
  return replaced(value, (each) => (each instanceof Secret ? "[secret]" : each));
}

/** The value as the provider sees it. */
export function withSecrets(value: unknown): unknown {
  return replaced(value, (each) => (each instanceof Secret ? withSecrets(each.value) : each));
}

/** Whether any part of the value is not known yet. */
export function isUnknown(value: unknown): boolean {
  if (value instanceof Unknown) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(isUnknown);
}

function replaced(value: unknown, by: (each: unknown) => unknown): unknown {
  const now = by(value);
  if (now !== value || typeof now !== "object" || now === null || now instanceof Unknown) return now;
  if (Array.isArray(now)) return now.map((each) => replaced(each, by));
  return Object.fromEntries(Object.entries(now).map(([key, each]) => [key, replaced(each, by)]));
}
