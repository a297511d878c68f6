import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Properties } from "./wire";

/** The properties in a message field; none when the field is not set. */
export function read(struct: Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}

/** A message field with the properties. */
export function write(properties: Properties): Struct {
  return Struct.fromJavaScript(properties);
}
