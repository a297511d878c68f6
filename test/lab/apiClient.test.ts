import { deepEqual, equal } from "node:assert/strict";
import { apiFigures, longestGap } from "../../lab/apiClient";

const ask = (time: number, answered: boolean) => ({ time, answered, failures: [] });

describe("What a client of the API saw", () => {
  it("has the longest time between two answers", () => {
    equal(
      longestGap([ask(0, true), ask(100, true), ask(900, false), ask(1300, true), ask(1400, true)]),
      1200,
    );
  });

  it("counts what is unanswered at its beginning and at its end", () => {
    equal(longestGap([ask(0, false), ask(500, false), ask(700, true)]), 700);
    equal(longestGap([ask(0, true), ask(500, false), ask(900, false)]), 900);
  });

  it("is nothing without asks", () => {
    equal(longestGap([]), 0);
  });

  it("says how many asks were in vain", () => {
    deepEqual(apiFigures([ask(0, true), ask(100, false), ask(200, true)]), {
      "longest gap of the API in ms": 200,
      "asks of the API": 3,
      "asks of the API that failed twice": 1,
    });
  });
});
