/**
 * `npm run preflight -- --stack dev`: says what of the account, the region and the settings would keep `pulumi up` from working, by
 * the Pulumi CLI on PATH. It makes nothing. Exit codes: 0 nothing is in the way, 1 something is, 2 it could not look.
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
