import type { Observation } from "../clients/members";

/** An action of the drill, with its time. */
export interface Mark {
  /** ISO 8601. */
  readonly time: string;
  readonly what: string;
}

/** The content of a timeline. */
export interface Timeline {
  readonly title: string;
  readonly observations: readonly Observation[];
  readonly marks: readonly Mark[];
  /** Times without an acknowledged write; `at` is their start. */
  readonly pauses: readonly { readonly at: string; readonly ms: number }[];
}

type State = "leader" | "voter" | "learner" | "unhealthy" | "absent";

/** A span of time in which a member did not change. */
export interface Span {
  readonly member: string;
  readonly state: State;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

const colours: Record<Exclude<State, "absent">, string> = {
  leader: "#1b5e20",
  voter: "#81c784",
  learner: "#ffd54f",
  unhealthy: "#e57373",
};

const width = 1000;
const left = 190;
const rowHeight = 26;
const head = 66;

/** The members' states over time, one list, in the order in which the members first appeared. */
export function spans(observations: readonly Observation[]): Span[] {
  const names = [
    ...new Set(observations.flatMap(({ members }) => members.map(({ id, name }) => name || id))),
  ];
  const last = Date.parse(observations.at(-1)?.time ?? "");
  return names.flatMap((member) => {
    const found: Span[] = [];
    observations.forEach((observation, index) => {
      const state = stateOf(observation, member);
      const from = Date.parse(observation.time);
      const to = Date.parse(observations[index + 1]?.time ?? "") || last;
      const before = found.at(-1);
      if (before?.state === state) found[found.length - 1] = { ...before, to };
      else found.push({ member, state, from, to });
    });
    return found.filter(({ state }) => state !== "absent");
  });
}

function stateOf({ members, leader }: Observation, wanted: string): State {
  const member = members.find(({ id, name }) => (name || id) === wanted);
  if (!member) return "absent";
  if (!member.healthy) return "unhealthy";
  if (member.learner) return "learner";
  return member.id === leader ? "leader" : "voter";
}

/** An SVG picture: a row per member, a row for the writes, a line for each mark. */
export function timelineSvg({ title, observations, marks, pauses }: Timeline): string {
  const all = spans(observations);
  const members = [...new Set(all.map(({ member }) => member))];
  const begin = Math.min(...all.map(({ from }) => from));
  const end = Math.max(...all.map(({ to }) => to), begin + 1);
  const x = (time: number) =>
    Math.round((left + ((clamp(time, begin, end) - begin) / (end - begin)) * (width - left - 20)) * 10) / 10;
  const y = (row: number) => head + row * rowHeight;
  const writes = members.length;
  const bottom = y(writes + 1) + 8;
  const legend = bottom + 40 + marks.length * 14;

  const bar = (from: number, to: number, row: number, colour: string, told: string) =>
    `<rect x="${x(from)}" y="${y(row) + 4}" width="${Math.max(x(to) - x(from), 1).toFixed(1)}" height="${rowHeight - 8}" fill="${colour}"><title>${text(told)}</title></rect>`;
  const label = (row: number, what: string) =>
    `<text x="${left - 8}" y="${y(row) + 17}" text-anchor="end">${text(what)}</text>`;

  const parts = [
    `<text x="10" y="22" font-size="15" font-weight="bold">${text(title)}</text>`,
    ...seconds(begin, end).map(
      (second) =>
        `<line x1="${x(begin + second * 1000)}" x2="${x(begin + second * 1000)}" y1="${head - 6}" y2="${bottom}" stroke="#ddd"/>` +
        `<text x="${x(begin + second * 1000)}" y="${head - 10}" text-anchor="middle" fill="#666">${second} s</text>`,
    ),
    ...members.map((member, row) => label(row, member)),
    ...all.map(({ member, state, from, to }) =>
      bar(
        from,
        to,
        members.indexOf(member),
        colours[state as keyof typeof colours],
        `${member}: ${state} for ${((to - from) / 1000).toFixed(1)} s`,
      ),
    ),
    label(writes, "writes"),
    bar(begin, end, writes, "#90caf9", "writes acknowledged"),
    ...pauses
      .map(({ at, ms }) => ({ from: Date.parse(at), ms }))
      .filter(({ from }) => from >= begin && from <= end)
      .map(({ from, ms }) => bar(from, from + ms, writes, "#b71c1c", `no acknowledged write for ${ms} ms`)),
    ...marks.map(({ time }, index) => {
      const at = x(Date.parse(time));
      return (
        `<line x1="${at}" x2="${at}" y1="${head}" y2="${bottom}" stroke="#333" stroke-dasharray="3 3"/>` +
        `<text x="${at}" y="${bottom + 12}" text-anchor="middle" font-weight="bold">${index + 1}</text>`
      );
    }),
    ...marks.map(
      ({ time, what }, index) =>
        `<text x="10" y="${bottom + 34 + index * 14}">${index + 1}. ${((Date.parse(time) - begin) / 1000).toFixed(1)} s: ${text(what)}</text>`,
    ),
    ...Object.entries({ ...colours, "no acknowledged write": "#b71c1c" }).map(
      ([what, colour], index) =>
        `<rect x="${10 + index * 150}" y="${legend - 10}" width="12" height="12" fill="${colour}"/>` +
        `<text x="${28 + index * 150}" y="${legend}">${what}</text>`,
    ),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${legend + 12}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

/** Round seconds for about ten lines. */
function seconds(begin: number, end: number): number[] {
  const total = (end - begin) / 1000;
  const step = [1, 2, 5, 10, 20, 30, 60, 120, 300].find((candidate) => total / candidate <= 12) ?? 600;
  return Array.from({ length: Math.floor(total / step) + 1 }, (_, index) => index * step);
}

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

const text = (raw: string) => raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
