import path from "node:path";
import { parseArgs } from "node:util";
import { localAwsPort } from "./aws/environment";
import { down } from "./down";
import { projectFolder } from "./folders";
import { endOnInterrupt, interruptedExitCode, isInterrupted } from "./interrupt";
import { kubeconfig } from "./kubeconfig";
import { preview } from "./preview";
import { localStack } from "./stack";
import { up } from "./up";

const commands = { up, preview, down, kubeconfig };

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      stack: { type: "string", default: localStack },
      example: { type: "string" },
      judged: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  const [command = "up", ...rest] = positionals;
  if (!(command in commands) || rest.length > 0) {
    throw new Error(
      `"${positionals.join(" ")}" is not a command; there are ${Object.keys(commands).join(", ")}`,
    );
  }
  if (values.example && command !== "preview")
    throw new Error(
      `an example is only previewed, and this is ${command}: make preview EXAMPLE=${values.example}`,
    );
  await commands[command as keyof typeof commands]({
    project: projectFolder,
    program: values.example && path.join(projectFolder, "examples", values.example),
    stackName: values.stack,
    port: localAwsPort(process.env),
    report: console.log,
    judged: values.judged,
  });
}

endOnInterrupt();
main().then(
  () => process.exit(0),
  (error: unknown) => {
    if (isInterrupted()) {
      console.error("Stopped. The next run goes on from here.");
      process.exit(interruptedExitCode);
    }
    console.error(`\nError: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
