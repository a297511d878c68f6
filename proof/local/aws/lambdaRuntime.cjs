"use strict";

// The part of Lambda's Node.js runtime that a function sees. Started by execution_environment.py:
//   node lambdaRuntime.cjs LIFELINE ANSWERS
// Each line of standard input is an invocation: {"event", "context", "deadline"}. Its result is a line of the descriptor
// ANSWERS: {"result"} or {"error"}. So the output is the function's alone. LIFELINE is closed when the server is gone.
// The handler is loaded once, and later invocations find what earlier ones left in its module.
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html has the form of the log.

const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const readline = require("node:readline");
const util = require("node:util");

const [lifeline, answers] = process.argv.slice(2).map(Number);
new net.Socket({ fd: lifeline }).on("close", endWithoutServer).resume().unref();

function endWithoutServer() {
  fs.rmSync(process.env.LAMBDA_TASK_ROOT, { recursive: true, force: true });
  process.exit(1);
}

let requestId;

const levels = { trace: "TRACE", debug: "DEBUG", log: "INFO", info: "INFO", warn: "WARN", error: "ERROR" };
for (const [method, level] of Object.entries(levels)) {
  console[method] = (...parts) => log(level, parts);
}

function log(level, parts) {
  const timestamp = new Date().toISOString();
  if (process.env.AWS_LAMBDA_LOG_FORMAT === "JSON") {
    const message = parts.length === 1 ? parts[0] : util.format(...parts);
    process.stdout.write(
      JSON.stringify({ timestamp, level, requestId, message }, (_, value) => errorAsJson(value)) + "\n",
    );
  } else {
    const message = util.format(...parts).replaceAll("\n", "\r"); // one record, one line
    process.stdout.write(`${timestamp}\t${requestId}\t${level}\t${message}\n`);
  }
}

function errorAsJson(value) {
  if (!(value instanceof Error)) return value;
  return { errorType: value.name, errorMessage: value.message, stackTrace: value.stack?.split("\n") };
}

async function outcome({ event, context, deadline }) {
  requestId = context.awsRequestId;
  context.getRemainingTimeInMillis = () => deadline - Date.now();
  const [file, name] = process.env._HANDLER.split(".");
  try {
    const handler = require(path.join(process.env.LAMBDA_TASK_ROOT, file))[name];
    return { result: (await handler(event, context)) ?? null };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    log("ERROR", [error]);
    const { errorType, errorMessage, stackTrace } = errorAsJson(error);
    return { error: { errorType, errorMessage, trace: stackTrace } };
  }
}

async function serve() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    fs.writeSync(answers, JSON.stringify(await outcome(JSON.parse(line))) + "\n");
  }
  process.exit();
}

void serve();
