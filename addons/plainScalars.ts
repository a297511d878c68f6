/** Value of a plain scalar of YAML. Integers beyond 2^53 are a bigint. */
export type Scalar = null | boolean | number | bigint | string;

const words = new Map<string, Scalar>();
for (const [value, lowerCase] of [
  [true, ["y", "yes", "true", "on"]],
  [false, ["n", "no", "false", "off"]],
  [null, ["null"]],
] as const) {
  for (const word of lowerCase) {
    for (const form of [word, word[0].toUpperCase() + word.slice(1), word.toUpperCase()])
      words.set(form, value);
  }
}
words.set("", null).set("~", null);

const notANumber = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/;
const integer = /^([-+]?)(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[0-7]*|0[bB][01]+|[1-9][0-9]*)$/;
const decimal = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;

/** Whether a plain scalar is a number without a fraction or an exponent. */
export const isInteger = (text: string): boolean => integer.test(text.replaceAll("_", ""));

/**
 * A plain scalar as kubectl reads it: YAML 1.1 with rules of its own (`resolve.go` of go.yaml.in/yaml/v2). It
 * has no times and no base 60. `0o17` and `017` are 15. A number that begins with a digit or a sign may have
 * `_` anywhere.
 * @returns undefined if it is a number that JSON cannot hold, or that Go reads in an unexpected way
 */
export function plainScalar(text: string): Scalar | undefined {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (notANumber.test(text)) return undefined;
  if (!/^[-+.0-9]/.test(text)) return text;
  // After a `.`, Go accepts `_` only between digits.
  const digits = text.startsWith(".") && !/^[^_]*(\d_\d[^_]*)+$/.test(text) ? text : text.replaceAll("_", "");
  if (/^0b[-+]/.test(digits)) return undefined; // Go puts the sign there too
  const [, sign, magnitude] = integer.exec(digits) ?? [];
  if (magnitude !== undefined) {
    const value = BigInt(magnitude.replace(/^0(?=[0-7])/, "0o")) * (sign === "-" ? -1n : 1n);
    if (BigInt.asIntN(64, value) === value)
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    if (sign === "" && BigInt.asUintN(64, value) === value) return Number(value);
  }
  if (!decimal.test(digits)) return text;
  const value = Number(digits);
  return Number.isFinite(value) ? value : undefined;
}
