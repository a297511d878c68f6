/**
 * `npm run preflight -- --stack dev`: says what in the account, the region and the settings would make `pulumi up` fail. It uses the
 * Pulumi CLI on PATH, and makes nothing. Exit codes: 0 `pulumi up` would not be refused, 1 it would be, 2 the check could not run.
 */
import * as path from "node:path";
import { parseArgs } from "node:util";
import { preflightAlone } from "./alone";

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { stack: { type: "string", default: "dev" } } });
  const { errors, warnings } = await preflightAlone(path.resolve(__dirname, ".."), values.stack);
  for (const warning of warnings) console.log(`warning: ${warning}`);
  for (const error of errors) console.log(error);
  if (errors.length === 0)
    console.log(`Nothing is in the way of ${values.stack}. Warnings: ${warnings.length}`);
  return errors.length === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`Error: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  },
);
