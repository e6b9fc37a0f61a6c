// Every snippet of those docs/guides that need a browser, as it is written there, except for the addresses of nodes and pages.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { nodes } from "../sdk/lib/devnet.mjs";
import { assertSignsMessage } from "../sdk/lib/signatures.mjs";
import { follow } from "../sdk/lib/snippets.mjs";
import { addAuthenticator, launch, openTab } from "./lib/browser.mjs";
import { servePages } from "./lib/other_origin.mjs";

const packages = ["../../quickstart", "../sdk"].map((folder) => fileURLToPath(new URL(folder, import.meta.url)));
let node;
let browser;

before(async () => ([[node], browser] = await Promise.all([nodes(), launch()])), { timeout: 180_000 });
after(() => browser?.close());

const follows = (guide, origin, until) => follow(guide, { node, packages, replace: { "http://localhost:3000": origin }, until });

// Opens the page at the address that a guide printed, and gives what the page printed until a line began with `last`.
async function shown(printed, last) {
  const tab = await openTab(browser, "about:blank");
  await addAuthenticator(tab);
  const lines = new Map();
  const done = new Promise((resolve, reject) => {
    tab.page.on("pageerror", reject);
    tab.page.on("console", (message) => {
      const [name, ...rest] = message.text().split(" ");
      lines.set(name, rest.join(" "));
      if (name === last) resolve();
    });
  });
  await tab.page.goto(/^open (\S+)$/m.exec(printed)[1]);
  await done;
  await tab.page.context().close();
  return lines;
}

test("passkey-account.md", { timeout: 180_000 }, async () => {
  const pages = await servePages(node.url);
  const { printed, folder, remove } = await follows("passkey-account.md", pages.origin);
  pages.add({ "/": [`${folder}/index.html`, "text/html"], "/main.bundle.js": [`${folder}/main.bundle.js`, "text/javascript"] });
  const lines = await shown(printed, "signed").finally(() => Promise.all([remove(), pages.stop()]));
  const [ofSession, ofCall] = lines.get("address").split(" ");
  assert.equal(ofSession.toLowerCase(), ofCall.toLowerCase());
  await assertSignsMessage("0x68656c6c6f", lines.get("signature"), ofCall);
  assert.match(lines.get("transaction"), /^0x02f8/);
  assert.match(lines.get("signed"), /^out .*session/i, "after signing out a session is refused");
});

test("hybrid.md", { timeout: 180_000 }, async () => {
  const { printed, remove } = await follows("hybrid.md", `http://localhost:${await freePort()}`, /^open /m);
  const lines = await shown(printed, "alone").finally(remove);
  const [address, signature] = lines.get("signature").split(" ");
  await assertSignsMessage("0x68656c6c6f", signature, address);
  assert.match(lines.get("alone"), /Unauthorized|Forbidden/);
});

// For a program that takes a port and cannot be asked which.
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
