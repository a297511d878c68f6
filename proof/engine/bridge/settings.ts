/** What a plugin's start script tells its bridge; written as JSON beside the script. */
export interface PluginSettings {
  /** Pulumi package: `aws`, `tls` or `random`. */
  readonly package: string;
  /** Version of the npm package that the plugin serves, and so the plugin's own. */
  readonly version: string;
  /** Path of the dynamic bridge. */
  readonly bridge: string;
  /** Major version of the Terraform provider. */
  readonly major: number;
}
