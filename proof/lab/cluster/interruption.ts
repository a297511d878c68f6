import type { Lab } from "../lab";

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html */
export const noticeSeconds = 120;

/**
 * EC2 will take a Spot instance back after so many seconds: its metadata say so from now on. They are not shortened by the
 * scale of the run, because the nodes' timers are not either.
 */
export function giveNotice(lab: Lab, id: string, seconds: number): void {
  lab.awsFaults.interruptions = new Map([[id, new Date(Date.now() + seconds * 1000)]]);
}
