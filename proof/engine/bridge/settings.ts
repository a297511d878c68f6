/** Settings of a plugin's bridge, in a JSON file beside the plugin's start script. */
export interface PluginSettings {
  /** Pulumi package: `aws`, `tls` or `random`. */
  readonly package: string;
  /** Version of the npm package that the plugin serves, which is also the plugin's version. */
  readonly version: string;
  /** Path of the dynamic bridge. */
  readonly bridge: string;
  /** Major version of the Terraform provider. */
  readonly major: number;
}
