// The commands and the program of README.md, as they are written there, except for the addresses of the nodes.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { nodes } from "./lib/devnet.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const readme = readFileSync(join(here, "../../README.md"), "utf8");
// The first node listens elsewhere than at the default of --url.
const wrapper = `
set -eu
PATH=$(dirname "$PASSPORT_CLI"):$PATH
passport() {
  case "$*" in
    *--url*) command passport "$@" ;;
    "scope create"* | account* | sign*) command passport "$@" --url "$FIRST" ;;
    *) command passport "$@" ;;
  esac
}
`;
let folder;
let addresses;

const block = (language, part) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs"))].map(([, text]) => text).find((text) => text.includes(part));
const moved = (text) => addresses.reduce((all, url, i) => all.replaceAll(`http://localhost:${9545 + i}`, url), text);

before(async () => {
  addresses = (await nodes()).map(({ url }) => url);
  folder = mkdtempSync(join(tmpdir(), "passport-readme-"));
  symlinkSync(join(here, "node_modules"), join(folder, "node_modules"));
});
after(() => rmSync(folder, { recursive: true }));

test("README.md: the commands by hand, then the program in JavaScript", { timeout: 60_000 }, async () => {
  const commands = block("sh", "passport scope keygen").split("\n");
  // Installing, building and the network itself have happened; everything between `devnet up` and `down` has not.
  const first = commands.findIndex((line) => line.startsWith("passport devnet up"));
  const last = commands.findIndex((line) => line.startsWith("passport devnet down"));
  assert.ok(0 < first && first + 5 < last, "README.md has other commands than this test knows");
  const script = `${wrapper}${moved(commands.slice(first + 1, last).join("\n"))}\nnode sign.mjs "$scope"\n`;
  writeFileSync(join(folder, "sign.mjs"), moved(block("js", "new Passport")));
  const env = { ...process.env, FIRST: addresses[0] };
  const { stdout } = await promisify(execFile)("bash", ["-c", script], { cwd: folder, env });
  assert.match(stdout, /^valid: signed by 0x[0-9a-fA-F]{40}$/m);
  assert.match(stdout, /^0x[0-9a-f]{130}$/m);
  assert.match(stdout, /^0x[0-9a-fA-F]{40} 0x[0-9a-f]{130} valid$/m);
});
