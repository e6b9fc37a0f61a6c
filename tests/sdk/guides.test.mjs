// Every snippet of docs/guides, as it is written there, except for the addresses of nodes and chains.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startChain } from "./lib/chain.mjs";
import { nodes } from "./lib/devnet.mjs";
import { startIssuer } from "./lib/issuer.mjs";
import { blocksOf, scriptOf } from "./lib/snippets.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const guides = join(here, "../../docs/guides");
const installed = JSON.parse(readFileSync(join(here, "package.json"), "utf8")).dependencies;
let node;
let chain;
let issuer;

before(async () => ([[node], chain, issuer] = await Promise.all([nodes(), startChain(), startIssuer()])), { timeout: 60_000 });
after(() => Promise.all([chain?.stop(), issuer?.stop()]));

// Runs a guide from its first line to its last and gives what it printed; or of its blocks what `choose` makes of them.
async function follow(guide, environment = {}, choose = (blocks) => blocks) {
  const folder = mkdtempSync(join(tmpdir(), "passport-guide-"));
  try {
    symlinkSync(join(here, "node_modules"), join(folder, "node_modules"));
    const script = scriptOf(choose(blocksOf(readFileSync(join(guides, guide), "utf8"))), {
      installed,
      replace: { "http://localhost:9545": node.url, "http://localhost:8545": chain.url },
    });
    const env = { ...process.env, ...environment, FIRST: node.url, PATH: `${dirname(process.env.PASSPORT_CLI)}:${process.env.PATH}` };
    return (await promisify(execFile)("bash", ["-euc", script], { cwd: folder, env })).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// What each prints; a guide without a row fails the last test.
const followed = {
  "developer-owned-auth.md": async () => {
    const environment = { OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: "my-app", ID_TOKEN: issuer.token({ aud: "my-app", sub: "user_1" }) };
    const printed = await follow("developer-owned-auth.md", environment);
    const [, first, second] = /^(0x\S{40}) signed\n(0x\S{40}) signed\n$/.exec(printed.split("\n").slice(-3).join("\n")) ?? assert.fail(printed);
    assert.equal(first, second);
    // What it says is checked is checked.
    const nameOf = (ID_TOKEN) =>
      follow("developer-owned-auth.md", { ...environment, ID_TOKEN }, (blocks) => [
        ...blocks.filter(({ name }) => name === "identity.mjs"),
        { language: "js", name: "name.mjs", text: 'import { userOf } from "./identity.mjs";\nuserOf(process.env.ID_TOKEN);\n' },
        { language: "sh", text: "node name.mjs" },
      ]);
    await nameOf(environment.ID_TOKEN);
    const wrong = [
      [issuer.token({ aud: "another-app", sub: "user_1" }), /for somebody else/],
      [issuer.token({ aud: "my-app", sub: "user_1", iss: "https://elsewhere.example" }), /for somebody else/],
      [issuer.token({ aud: "my-app", sub: "user_1", exp: 1 }), /over/],
      [issuer.forged({ aud: "my-app", sub: "user_1" }), /the signature is wrong/],
    ];
    await Promise.all(wrong.map(([token, why]) => assert.rejects(nameOf(token), why)));
  },
  "viem.md": async () => {
    const printed = await follow("viem.md");
    for (const line of [/^message true$/m, /^payment success$/m, /^contract success$/m, /^code 0xef0100[0-9a-f]{35}c0de0$/m]) {
      assert.match(printed, line);
    }
  },
};

for (const [guide, check] of Object.entries(followed)) test(guide, { timeout: 60_000 }, check);

test("no guide is left out", () => {
  const all = readdirSync(guides).filter((name) => name.endsWith(".md") && name !== "README.md");
  assert.deepEqual(all.sort(), Object.keys(followed).sort());
});
