import * as assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";

const project = path.join(__dirname, "../..");
const folders = readdirSync(project, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const rooms = folders.map(({ name }) => name).filter((name) => !/^(\.|node_modules|build)/.test(name));

const pagesBelow = (folder: string) =>
  readdirSync(path.join(project, folder), { recursive: folder !== ".", encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.join(folder, name));

/** Every page of the project, relative to it. */
const pages = [".", ...rooms].flatMap(pagesBelow);

/** What GitHub makes of a heading: https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .trim()
    .replaceAll(" ", "-");

const anchorsOf = (page: string) =>
  [...readFileSync(path.join(project, page), "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    anchor(heading),
  );

describe("The pages", () => {
  for (const page of pages) {
    const text = readFileSync(path.join(project, page), "utf8");

    it(`${page} has no broken links`, () => {
      const dead = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link]) => link)
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => {
          const [file, heading] = link.split("#");
          const target = file === "" ? page : path.join(path.dirname(page), file);
          if (!existsSync(path.join(project, target))) return true;
          return heading !== undefined && target.endsWith(".md") && !anchorsOf(target).includes(heading);
        });
      assert.deepEqual(dead, []);
    });

    it(`${page} names files by their path`, () => {
      const named = [...text.matchAll(/`([\w.-]+\/[\w./-]+)`/g)].map(([, name]) => name);
      const ours = named.filter((name) => rooms.includes(name.split("/")[0]));
      const gone = ours.filter(
        (name) =>
          ![project, path.dirname(path.join(project, page))].some((from) =>
            existsSync(path.join(from, name)),
          ),
      );
      assert.deepEqual(gone, []);
    });
  }
});
