import { deepEqual, equal } from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  messages,
  restartsAfterFailure,
  unitFailures,
  unitFilesOf,
  type JournalEntry,
} from "../../../lab/node/unitFailures";

const second = (n: number) => String(Date.UTC(2026, 10, 23, 12, 0, n) * 1000);

const exits = (unit: string, run: string, code: string, status: string, at = 1): JournalEntry => ({
  MESSAGE_ID: messages.processExit,
  __REALTIME_TIMESTAMP: second(at),
  ...{ UNIT: unit, INVOCATION_ID: run, EXIT_CODE: code, EXIT_STATUS: status },
});

const fails = (unit: string, run: string, result: string, at = 1): JournalEntry => ({
  MESSAGE_ID: messages.failureResult,
  __REALTIME_TIMESTAMP: second(at),
  ...{ UNIT: unit, INVOCATION_ID: run, UNIT_RESULT: result },
});

const never = () => false;
const always = () => true;
const found = (entries: JournalEntry[], restarts: (unit: string) => boolean) =>
  unitFailures(entries, restarts).map(({ unit, result }) => `${unit} ${result}`);

describe("A unit of a node's journal", () => {
  const failure = [
    exits("etcd-snapshot.service", "a", "exited", "1"),
    fails("etcd-snapshot.service", "a", "exit-code", 2),
  ];

  it("has failed each time that a run of it fails", () => {
    const again = fails("etcd-snapshot.service", "b", "exit-code", 17);
    deepEqual(unitFailures([...failure, again], never), [
      { unit: "etcd-snapshot.service", result: "exit-code", time: Date.UTC(2026, 10, 23, 12, 0, 2) },
      { unit: "etcd-snapshot.service", result: "exit-code", time: Date.UTC(2026, 10, 23, 12, 0, 17) },
    ]);
  });

  it("has not failed while systemd starts it again", () => deepEqual(found(failure, always), []));

  it("has failed once systemd gives up to start it again", () => {
    const again = [
      exits("etcd-snapshot.service", "b", "exited", "1", 7),
      fails("etcd-snapshot.service", "b", "exit-code", 7),
    ];
    const givesUp = fails("etcd-snapshot.service", "b", "exit-code", 12);
    deepEqual(unitFailures([...failure, ...again, givesUp], always), [
      { unit: "etcd-snapshot.service", result: "exit-code", time: Date.UTC(2026, 10, 23, 12, 0, 12) },
    ]);
  });

  it("has not failed where systemd stopped it by SIGTERM, as in a reboot", () => {
    const entries = [
      exits("etcd-snapshot.service", "a", "killed", "15"),
      fails("etcd-snapshot.service", "a", "signal"),
    ];
    deepEqual(found(entries, never), []);
  });

  it("has failed where another signal killed it, where it had to be killed, and in another run", () => {
    const entries = [
      exits("a.service", "1", "killed", "9"),
      fails("a.service", "1", "signal"),
      exits("b.service", "1", "killed", "15"),
      fails("b.service", "1", "timeout"),
      fails("b.service", "2", "signal"),
    ];
    deepEqual(found(entries, never), ["a.service signal", "b.service timeout", "b.service signal"]);
  });
});

describe("The files of a unit", () => {
  const cases: [files: string[], restarts: boolean][] = [
    [["[Service]\nExecStart=/bin/true\n"], false],
    [["[Service]\nRestart=no\n"], false],
    [["[Service]\nRestart=on-success\n"], false],
    [["[Service]\nRestart=on-failure\n"], true],
    [["[Service]\nRestart=always\n"], true],
    [["[Service]\nRestartSec=5\n"], false],
    [["[Service]\nRestart=always\n", "[Service]\nRestart=no\n"], false],
  ];
  for (const [files, restarts] of cases) {
    it(`${JSON.stringify(files)} ${restarts ? "let" : "do not let"} systemd start it again`, () =>
      equal(restartsAfterFailure(files), restarts));
  }

  it("are the administrator's before the distribution's, a template's for each instance, and the drop-ins", () => {
    const root = mkdtempSync(path.join(tmpdir(), "units-"));
    try {
      const write = (file: string) => {
        mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
        writeFileSync(path.join(root, file), file);
      };
      const [own, distribution] = ["/etc/systemd/system", "/usr/lib/systemd/system"];
      for (const file of [`${own}/a.service`, `${distribution}/a.service`, `${own}/a.service.d/b.conf`])
        write(file);
      write(`${own}/drain@.service`);
      deepEqual(unitFilesOf(root, "a.service"), [`${own}/a.service`, `${own}/a.service.d/b.conf`]);
      deepEqual(unitFilesOf(root, "drain@i-1.service"), [`${own}/drain@.service`]);
      deepEqual(unitFilesOf(root, "none.service"), []);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
