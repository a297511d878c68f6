import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { shell } from "../execute";

/** An instance's disk: an overlay of its own changes on the base root. */
export class Disk {
  /** Where the root file system is mounted. */
  readonly root: string;

  private constructor(private readonly folder: string) {
    this.root = path.join(folder, "root");
  }

  /** `folder` is made, and belongs to the disk. */
  static async make(folder: string, baseRoot: string): Promise<Disk> {
    const disk = new Disk(folder);
    const [upper, work] = ["upper", "work"].map((name) => path.join(folder, name));
    for (const made of [disk.root, upper, work]) mkdirSync(made ?? "", { recursive: true });
    const layers = `lowerdir=${baseRoot},upperdir=${upper},workdir=${work}`;
    await shell(`mount -t overlay -o ${layers} overlay ${disk.root}`);
    return disk;
  }

  /** Adds a certificate authority, given in PEM, to those that the disk's programs trust. */
  trust(authority: string): void {
    appendFileSync(path.join(this.root, "/etc/ssl/certs/ca-certificates.crt"), authority);
  }

  /** A folder on the disk that is no overlay, and so can hold the layers of one; by name. */
  volume(name: string): string {
    const volume = path.join(this.folder, name);
    mkdirSync(volume, { recursive: true });
    return volume;
  }

  /** Removes the disk with everything on it. */
  async remove(): Promise<void> {
    // Lazily: a process that is being killed may still hold a file.
    await shell(`umount --lazy ${this.root}; rm -rf ${this.folder}`);
  }
}
