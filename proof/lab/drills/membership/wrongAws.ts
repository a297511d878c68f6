import { setTimeout as sleep } from "node:timers/promises";
import { isIgnitions, isScripts, notRenewed, type TrailEvent } from "../../aws/trail";
import { isHealthy, voters } from "../../clients/members";
import { until } from "../../until";
import type { Drill } from "../drill";

const minutes = 3;

/** A script gives up on an object after this many attempts. */
const scriptRefusals = 3;

/**
 * An instance boots while S3 answers 503 and IMDS is slow, first for Ignition and then for the scripts. While
 * the scripts download their keys, their credentials expire, and all later ones live only for seconds. If
 * this takes longer than the launch hook, Auto Scaling replaces the instance, and the next one meets the
 * remaining faults.
 */
export const wrongAws: Drill = {
  name: "wrong-aws",
  kubernetes: "standIn",
  size: 3,
  limits: { longestPauseMs: 3000 },
  async run(stage) {
    const { lab, size } = stage;
    await stage.load();
    const victim = await lab.follower();
    const staying = lab.machines().filter(({ id }) => id !== victim.id);
    const isNewcomers = ({ sourceIPAddress }: TrailEvent) =>
      staying.every(({ address }) => address !== sourceIPAddress);
    const first = lab.trail.events.length;
    const refused = (caller: (event: TrailEvent) => boolean, refusal: TrailEvent["refusal"]) =>
      lab.trail.events
        .slice(first)
        .filter((event) => isNewcomers(event) && caller(event) && event.refusal === refusal).length;
    const ofScripts = (matches: (event: TrailEvent) => boolean) => (event: TrailEvent) =>
      isNewcomers(event) && isScripts(event) && matches(event);

    stage.note(`S3 answers 503, IMDS is slow; ${victim.id} vanishes`);
    lab.awsFaults.s3 = { status: 503 };
    lab.awsFaults.metadata = { delaySeconds: 2 };
    await lab.cluster.vanish([victim.id]);
    await lab.poweredOn();
    await sleep(lab.minutes(minutes));
    await until("S3 refuses Ignition", 60, () => refused(isIgnitions, "unavailable") > 0 || "never");
    stage.note("S3 and IMDS work until Ignition is done");
    lab.awsFaults.s3 = undefined;
    lab.awsFaults.metadata = undefined;
    await lab.configured();

    stage.note("S3 answers 503 again, IMDS is slow");
    lab.awsFaults.s3 = { status: 503 };
    lab.awsFaults.metadata = { delaySeconds: 0.5 };
    await until("S3 refuses the scripts", 120, () => {
      const times = refused(isScripts, "unavailable");
      return times >= scriptRefusals || `${times} times`;
    });

    stage.note("S3 and IMDS work again; credentials expire while they are used");
    const patience = 120 + lab.minutes(20) / 1000;
    const served = lab.trail.next(
      "S3 serves a script",
      patience,
      ofScripts(({ httpStatus }) => httpStatus === 200),
    );
    const expired = lab.trail.next(
      "credentials expire while a script uses them",
      patience,
      ofScripts(({ refusal }) => refusal === "expired"),
    );
    expired.catch(() => undefined); // awaited below
    const repaired = Date.now();
    lab.awsFaults.s3 = undefined;
    lab.awsFaults.metadata = undefined;
    await served;
    // The script goes on to its next object with credentials that were issued when Ignition ran.
    lab.awsFaults.credentialSeconds = 2;
    await expired;
    stage.note("credentials live for 20 s");
    lab.awsFaults.credentialSeconds = 20;
    const healthy = await lab.members.until(
      "the newcomer is a voter",
      patience,
      (seen) => isHealthy(seen, size) && voters(seen).every(({ name }) => name !== victim.id),
    );
    await until("scripts go on with new credentials where others have expired", 120, () => {
      const there = lab.machines().map(({ address }) => address);
      const stuck = notRenewed(lab.trail.events.slice(first)).filter((address) => there.includes(address));
      return stuck.length === 0 || `not so at ${stuck.join(", ")}`;
    });
    await lab.noFaults();
    await lab.recordsAre(healthy.members.map(({ name }) => name));
    return {
      what: "a replacement boots with S3 503 and slow IMDS; credentials expire while its scripts use them",
      seconds: (Date.parse(healthy.time) - repaired) / 1000,
      figures: {
        "S3 503 to Ignition": refused(isIgnitions, "unavailable"),
        "S3 503 to the newcomer's scripts": refused(isScripts, "unavailable"),
        "calls of its scripts with expired credentials": refused(isScripts, "expired"),
      },
    };
  },
};
