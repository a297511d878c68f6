const DOWNLOAD_SITE = "https://get.pulumi.com";
const PROBE_MILLISECONDS = 3000;

let answer: Promise<boolean> | undefined;

/**
 * Whether Pulumi's download site answers. It is asked once, for at most three seconds, and the answer is kept
 * for the run.
 */
export function canDownload(): Promise<boolean> {
  answer ??= fetch(DOWNLOAD_SITE, { method: "HEAD", signal: AbortSignal.timeout(PROBE_MILLISECONDS) }).then(
    () => true,
    () => false,
  );
  return answer;
}
