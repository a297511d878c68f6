import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { OwnGoTool } from "../toolchain/goTool";

/** A program of another module, which the recipe in `go/<name>` requires at its version. */
function program(name: string, main: string, rest: Partial<OwnGoTool> = {}): OwnGoTool {
  return { name, folder: recipe(name), package: main, ...rest };
}

const recipe = (name: string) => path.join(__dirname, "go", name);

/** The version at which a `go.mod` requires a module. */
export function moduleVersion(goMod: string, module: string): string {
  const line = goMod
    .split("\n")
    .find((text) => text.replace(/^require\s+|^\s+/, "").startsWith(`${module} v`));
  const version = line?.split(`${module} `)[1]?.split(/\s/)[0];
  if (!version) throw new Error(`no required version of ${module} in its go.mod`);
  return version;
}

const cliModule = "github.com/pulumi/pulumi/pkg/v3";
const cliVersion = moduleVersion(readFileSync(path.join(recipe("pulumi"), "go.mod"), "utf8"), cliModule);

export const PULUMI = program("pulumi", `${cliModule}/cmd/pulumi`, {
  // The Automation API looks for it there, and refuses a CLI that does not know its version.
  within: "bin/pulumi",
  ldflags: `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${cliVersion}`,
});

export const BRIDGE = program("bridge", "github.com/pulumi/pulumi-terraform-bridge/v3/dynamic");

/** Terraform providers that are small enough to build, by Pulumi package. */
export const TERRAFORM_PROVIDERS: Readonly<Record<string, OwnGoTool>> = {
  tls: program("terraform-provider-tls", "github.com/hashicorp/terraform-provider-tls"),
  random: program("terraform-provider-random", "github.com/terraform-providers/terraform-provider-random"),
};
