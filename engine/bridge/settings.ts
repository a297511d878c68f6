/** What a plugin's start script tells its bridge; written as JSON beside the script. */
export interface PluginSettings {
  /** Pulumi package: `aws`, `tls` or `random`. */
  readonly package: string;
  /** Path of the dynamic bridge. */
  readonly bridge: string;
  /** Major version of the Terraform provider. */
  readonly major: number;
}
