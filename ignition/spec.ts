/**
 * The part of the Ignition specification 3.4.0 that this project writes. Flatcar stable takes newer ones too: Ignition 2.24 takes 3.5.0.
 * https://coreos.github.io/ignition/configuration-v3_4/
 */
export interface IgnitionConfig {
  ignition: { version: "3.4.0"; config?: { replace: Resource } };
  passwd?: { users: User[] };
  storage?: { files: File[] };
  systemd?: { units: Unit[] };
}

export interface Resource {
  /** A `data:`, `https:` or `s3:` URL. */
  source: string;
  /** `sha256-<hex>` or `sha512-<hex>` of what the URL answers. */
  verification?: { hash: string };
}

export interface File {
  path: string;
  /** Permission bits as a number: JSON has no octal. */
  mode: number;
  /** Without it Ignition refuses a path that the image or an earlier attempt already wrote. */
  overwrite: true;
  contents: Resource;
}

export interface Unit {
  name: string;
  enabled?: boolean;
  mask?: true;
  contents?: string;
  dropins?: { name: string; contents: string }[];
}

export interface User {
  name: string;
  sshAuthorizedKeys: string[];
}

/** The bytes of a text as a URL, so that a config needs nothing but itself. */
export function dataUrl(text: string): string {
  return `data:;base64,${Buffer.from(text).toString("base64")}`;
}
