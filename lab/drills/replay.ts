import type { Drill } from "./drill";

export const replay: Drill = {
  name: "replay",
  size: 3,
  limits: {},
  async run() {
    throw new Error("not written yet");
  },
};
