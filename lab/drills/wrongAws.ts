import { isHealthy, voters } from "../members";
import type { Drill } from "./drill";

const minutes = 3;

/** An instance boots while S3 answers 503 and IMDS is slow; then credentials live for seconds only. */
export const wrongAws: Drill = {
  name: "wrong-aws",
  size: 3,
  limits: { longestPauseMs: 3000 },
  async run(stage) {
    const { lab, size } = stage;
    await stage.load();
    const victim = await lab.follower();
    stage.note(`S3 answers 503, IMDS is slow; ${victim.id} vanishes`);
    lab.awsFaults.s3 = { status: 503 };
    lab.awsFaults.metadata = { delaySeconds: 2 };
    await lab.cluster.vanish([victim.id]);
    const newcomer = await lab.poweredOn();
    const seconds = await lab.pass(minutes);
    stage.note("S3 works again, credentials live for 20 s");
    const repaired = Date.now();
    lab.awsFaults.s3 = undefined;
    lab.awsFaults.metadata = undefined;
    lab.awsFaults.credentialSeconds = 20;
    const healthy = await lab.members.until(
      "the newcomer is a voter",
      240,
      (seen) => isHealthy(seen, size) && voters(seen).some(({ name }) => name === newcomer.id),
    );
    await lab.noFaults();
    await lab.recordsAre(healthy.members.map(({ name }) => name));
    return {
      what: `S3 503 for ${seconds} s, slow IMDS at a replacement's boot, then short-lived credentials`,
      seconds: (Date.parse(healthy.time) - repaired) / 1000,
    };
  },
};
