import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { RequestListener } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream";

/** Host name of the release files of all publishers: `<publisher's host>/<path>` below it. */
export const mirrorHost = "mirror.lab.internal";

/** Serves the files of a folder by GET and HEAD. */
export function mirrorListener(folder: string, log: (line: string) => void): RequestListener {
  return (request, response) => {
    const end = (status: number) => {
      log(`${request.socket.remoteAddress} ${request.method} ${mirrorHost}${request.url}: ${status}`);
      response.writeHead(status, { "content-length": 0 }).end();
    };
    if (request.method !== "GET" && request.method !== "HEAD") return end(405);
    const file = fileIn(folder, request.url ?? "");
    if (file === undefined) return end(404);
    stat(file).then(
      (found) => {
        if (!found.isFile()) return end(404);
        response.writeHead(200, {
          "content-length": found.size,
          "content-type": "application/octet-stream",
        });
        if (request.method === "HEAD") return response.end();
        pipeline(createReadStream(file), response, (error) => {
          // A client may stop reading at any time.
          if (error && error.code !== "ERR_STREAM_PREMATURE_CLOSE") log(`${file}: ${error.message}`);
        });
      },
      () => end(404),
    );
  };
}

/**
 * The file that a URL's path names; undefined if it leads out of the folder. No release has a path with
 * escapes.
 */
function fileIn(folder: string, url: string): string | undefined {
  const [name = ""] = url.split("?");
  const file = path.join(folder, name);
  return !name.includes("%") && file.startsWith(path.resolve(folder) + path.sep) ? file : undefined;
}
