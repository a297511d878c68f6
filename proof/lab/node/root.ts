import * as fs from "node:fs/promises";
import path from "node:path";
import { cacheEntry, cacheRoot } from "../../engine/cache";
import { withoutNetwork } from "../../toolchain/flatcarBash";
import { execute } from "../execute";
import { flatcarTree } from "./flatcarTree";

const suite = "bookworm";

/** Packages for the programs that the product's scripts call, and for Flatcar's own services. */
const packages = [
  ...["systemd", "systemd-sysv", "dbus", "systemd-resolved", "libnss-resolve", "libnss-myhostname"],
  ...["gawk", "iproute2", "procps", "curl", "jq", "openssl", "ca-certificates"],
  ...["containerd", "runc", "nftables", "iptables"],
];

/** Files of the base root, by path, that differ between Debian and Flatcar. */
const files: Readonly<Record<string, string>> = {
  // Only units that Ignition enables may run; Debian enables every installed unit.
  "/usr/lib/systemd/system-preset/99-default.preset": "disable *\n",
  "/usr/lib/systemd/system-preset/90-systemd.preset": "enable systemd-resolved.service\n",
  // https://github.com/flatcar/baselayout/blob/main/baselayout/nsswitch.conf
  "/etc/nsswitch.conf": [
    "passwd: files",
    "shadow: files",
    "group: files",
    "hosts: files resolve [!UNAVAIL=return] dns myhostname",
    "networks: files dns",
    "services: files",
    "protocols: files",
    "",
  ].join("\n"),
};

/** Units that ask a person, or that would configure a network that the lab itself makes. */
const masked = [
  "console-getty.service",
  "getty.target",
  "systemd-firstboot.service",
  "systemd-networkd.service",
  "systemd-networkd-wait-online.service",
  "systemd-timesyncd.service",
];

const links: Readonly<Record<string, string>> = {
  "/etc/resolv.conf": "../run/systemd/resolve/resolv.conf",
  ...Object.fromEntries(masked.map((unit) => [`/etc/systemd/system/${unit}`, "/dev/null"])),
};

/** Paths that each node makes for itself, or that only Debian has. */
const removed = [
  "/etc/hostname",
  "/etc/machine-id",
  "/var/lib/dbus/machine-id",
  "/etc/systemd/system",
  "/var/cache/apt",
];

/** Parts of Flatcar that are in none of these packages. Pods mount the modules. */
const folders = ["/var/log/journal", "/usr/lib/modules"];

/**
 * Folder with the root file system that is below every node's own: Debian with Flatcar's programs. It is made
 * once in the user's cache, and again when its recipe changes.
 */
export async function baseRoot(report: (line: string) => void): Promise<string> {
  const recipe = [
    JSON.stringify([packages, files, folders, links, removed, coreUser]),
    withoutNetwork.toString(),
    flatcarTree,
  ];
  const entry = await cacheEntry(
    cacheRoot(),
    { tool: "node-root", version: suite, recipe },
    async (folder) => {
      const started = Date.now();
      report(`Installing Debian ${suite} for the nodes (once, about a minute) ...`);
      await install(path.join(folder, "root"));
      report(`Installed it in ${Math.round((Date.now() - started) / 1000)} s`);
    },
    report,
  );
  return path.join(entry, "root");
}

async function install(root: string): Promise<void> {
  await debootstrap(root, packages);
  for (const name of removed) await fs.rm(path.join(root, name), { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) await fs.writeFile(path.join(root, name), text);
  const bash = path.join(root, "/usr/bin/bash");
  await fs.writeFile(bash, withoutNetwork(await fs.readFile(bash)));
  await fs.mkdir(path.join(root, "/etc/systemd/system"));
  for (const [name, target] of Object.entries(links)) {
    await fs.rm(path.join(root, name), { force: true });
    await fs.symlink(target, path.join(root, name));
  }
  await execute("chroot", [root, "useradd", ...coreUser]);
  for (const name of folders) await fs.mkdir(path.join(root, name), { recursive: true });
  await execute("sh", ["-euc", flatcarTree, "sh", root]);
}

/** Installs Debian with these packages into a new folder. */
export async function debootstrap(root: string, include: readonly string[]): Promise<void> {
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  const options = ["--variant=minbase", `--keyring=${keyring}`, `--include=${include.join(",")}`];
  await execute("debootstrap", [...options, suite, root, ...(await ownMirror())], { seconds: 900 });
}

/** Flatcar's login user: https://github.com/flatcar/baselayout/blob/main/baselayout/passwd */
const coreUser = [
  "--uid",
  "500",
  "--user-group",
  "--key",
  "GID_MIN=500",
  "--create-home",
  "--shell",
  "/bin/bash",
  "core",
];

/**
 * The mirror from which this machine itself installs the suite; none if it does not run that suite of Debian.
 */
async function ownMirror(): Promise<string[]> {
  const format = "$(CODENAME) $(REPO_URI)";
  const targets = await execute("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]);
  const line = targets.split("\n").find((text) => text.startsWith(`${suite} `));
  return line ? [line.slice(suite.length + 1)] : [];
}
