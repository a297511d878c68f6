"use strict";

// The part of Lambda's Node.js runtime that a function sees. Started by deployedFunction.ts, once per event; the event comes,
// and the result goes, over the channel between parent and child, so that the output is the function's alone.

const path = require("node:path");

const [file, name] = process.env._HANDLER.split(".");

process.once("message", async ({ event, context }) => {
  const answer = await answerTo(event, context);
  process.send(answer, () => process.exit());
});

async function answerTo(event, context) {
  try {
    const handler = require(path.join(process.env.LAMBDA_TASK_ROOT, file))[name];
    return { result: (await handler(event, context)) ?? null };
  } catch (error) {
    return { error: { message: String(error?.message ?? error), stack: error?.stack } };
  }
}
