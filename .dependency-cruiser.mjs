/**
 * The architecture: a room of the product imports from the rooms below it, and from no room above.
 * `npm run imports` holds the code to it.
 */
const rooms = [
  "(index|library).ts", // the program, and what other programs import
  "components/", //  what is made in AWS
  "preflight/", //   what is looked up, and refused, before anything is made
  "settings/", //    what a stack may say
  "addons/", //      what controllers apply
  "ignition/", //    what a node boots with
  "plan/", //        pure values: names, ranges, percentages, keys of the node store
];

/** `components/cluster.ts` is made of these; each of them may use those below it. */
const componentRooms = ["nodes/", "pods/", "network/", "pki/", "store/"];

const at = (folders) => `^(${folders.join("|")})`;
const downwards = (all, prefix = "") =>
  all.slice(1).map((room, i) => ({
    name: `${prefix}${room} imports no room above it`,
    severity: "error",
    from: { path: at([prefix + room]) },
    to: { path: at(all.slice(0, i + 1).map((above) => prefix + above)) },
  }));

export default {
  forbidden: [
    ...downwards(rooms),
    ...downwards(["cluster.ts", ...componentRooms], "components/"),
    {
      name: "the product stands without its proof",
      severity: "error",
      from: { path: at([...rooms, "lambda/"]) },
      to: { path: "^(proof|test)/" },
    },
    {
      name: "the discovery function stands alone",
      severity: "error",
      from: { path: "^lambda/" },
      to: { pathNot: "^(lambda/|node_modules/)", dependencyTypesNot: ["core"] },
    },
    {
      name: "no circles",
      severity: "error",
      from: { pathNot: "^node_modules/" },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(node_modules|build)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
