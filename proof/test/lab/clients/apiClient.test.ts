import { deepEqual, doesNotThrow, equal, throws } from "node:assert/strict";
import { apiFigures, longestGap, noneFailedTwice } from "../../../lab/clients/apiClient";

const ask = (time: number, answered: boolean, failures = answered ? [] : ["ECONNREFUSED", "ETIMEDOUT"]) => ({
  ...{ time, answered, failures },
});

describe("What a client of the API saw", () => {
  it("has the longest time between two answers", () => {
    equal(
      longestGap([ask(0, true), ask(100, true), ask(900, false), ask(1300, true), ask(1400, true)], 1500),
      1200,
    );
  });

  it("counts what is unanswered at its beginning and at its end", () => {
    equal(longestGap([ask(0, false), ask(500, false), ask(700, true)], 800), 700);
    equal(longestGap([ask(0, true), ask(500, false), ask(900, false)], 1000), 1000);
  });

  it("counts the time at the end in which nobody asked any more", () => {
    equal(longestGap([ask(0, true), ask(100, true)], 9000), 8900);
  });

  it("is nothing without asks", () => {
    equal(longestGap([], 1000), 0);
  });

  it("says how many asks failed, and how many of them twice", () => {
    const asks = [ask(0, true), ask(100, false), ask(200, true), ask(300, true, ["ECONNREFUSED"])];
    deepEqual(apiFigures(asks, 350), {
      "longest gap of the API in ms": 200,
      "asks of the API": 4,
      "asks of the API that failed once": 1,
      "asks of the API that failed twice": 1,
    });
  });

  it("is judged by the asks that failed twice", () => {
    doesNotThrow(() => noneFailedTwice([ask(0, true), ask(100, true, ["ECONNREFUSED"])]));
    throws(() => noneFailedTwice([ask(0, false), ask(100, true), ask(200, false)]), {
      message: "2 asks failed twice, the first by ECONNREFUSED and ETIMEDOUT",
    });
  });
});
