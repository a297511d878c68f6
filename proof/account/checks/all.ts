import type { Part } from "../check";
import { autoScaling } from "./autoScaling";
import { iam } from "./iam";
import { identity } from "./identity";
import { region } from "./region";
import { route53 } from "./route53";
import { s3 } from "./s3";

/** All parts: first those that only read, then those that make something. */
export const parts: readonly Part[] = [identity, region, s3, iam, route53, autoScaling];
