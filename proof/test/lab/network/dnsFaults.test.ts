import { deepEqual, equal } from "node:assert/strict";
import { decode, encode, type Packet } from "dns-packet";
import { withOneLess } from "../../../lab/network/dnsFaults";

const answer = (addresses: string[]): Packet => ({
  type: "response",
  id: 7,
  questions: [{ type: "A", name: "etcd.demo.example.com" }],
  answers: addresses.map((data) => ({ type: "A", name: "etcd.demo.example.com", ttl: 5, data })),
});

describe("A partial answer", () => {
  it("lacks one of several records and nothing else", () => {
    const partial = decode(withOneLess(encode(answer(["10.0.0.5", "10.0.16.5", "10.0.32.5"]))));
    equal(partial.answers?.length, 2);
    equal(partial.id, 7);
    deepEqual(
      partial.questions?.map(({ name }) => name),
      ["etcd.demo.example.com"],
    );
  });

  it("is never an empty one", () => {
    const whole = encode(answer(["10.0.0.5"]));
    equal(withOneLess(whole), whole);
  });
});
