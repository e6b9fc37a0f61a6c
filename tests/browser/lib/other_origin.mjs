// Pages served by somebody else than the node: another origin, as an application's page has it.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

// Gives {origin, add, stop}; `add` takes {path: [file, content type]}. The pages may talk to `node` and nobody else.
export async function servePages(node) {
  const files = {};
  const server = createServer((request, response) => {
    const file = files[new URL(request.url, "http://localhost").pathname];
    if (!file) return response.writeHead(404).end();
    const policy = `default-src 'none'; script-src 'self'; style-src 'self'; connect-src ${node}`;
    response.writeHead(200, { "Content-Type": file[1], "Content-Security-Policy": policy });
    response.end(readFileSync(file[0]));
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  return {
    origin: `http://localhost:${server.address().port}`,
    add: (more) => Object.assign(files, more),
    stop: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())),
  };
}

// The quickstart page, at the addresses that a node has it at.
export const quickstartIn = (folder) => ({
  "/quickstart": [join(folder, "index.html"), "text/html"],
  "/quickstart/quickstart.css": [join(folder, "quickstart.css"), "text/css"],
  "/quickstart/quickstart.js": [join(folder, "quickstart.js"), "text/javascript"],
});
