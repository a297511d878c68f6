import type { Drill } from "./drill";

export const quorumLost: Drill = {
  name: "quorum-lost",
  size: 3,
  limits: {},
  takesQuorum: true,
  async run() {
    throw new Error("not written yet");
  },
};
