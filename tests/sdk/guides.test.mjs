// Every snippet of those docs/guides that need no browser, as it is written there, except for the addresses of nodes and chains.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startChain } from "./lib/chain.mjs";
import { nodes } from "./lib/devnet.mjs";
import { startIssuer } from "./lib/issuer.mjs";
import { follow, guides } from "./lib/snippets.mjs";

let node;
let chain;
let issuer;

before(async () => ([[node], chain, issuer] = await Promise.all([nodes(), startChain(), startIssuer()])), { timeout: 180_000 });
after(() => Promise.all([chain?.stop(), issuer?.stop()]));

async function printedBy(guide, options = {}) {
  const packages = [dirname(fileURLToPath(import.meta.url))];
  const { printed, remove } = await follow(guide, { node, packages, replace: { "http://localhost:8545": chain.url }, ...options });
  await remove();
  return printed;
}

const followed = {
  "developer-owned-auth.md": async () => {
    const environment = { OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: "my-app", ID_TOKEN: issuer.token({ aud: "my-app", sub: "user_1" }) };
    const printed = await printedBy("developer-owned-auth.md", { environment });
    const [, first, second] = /^(0x\S{40}) signed\n(0x\S{40}) signed\n$/m.exec(printed) ?? assert.fail(printed);
    assert.equal(first, second);
    // What it says is checked is checked.
    const nameOf = (ID_TOKEN) =>
      printedBy("developer-owned-auth.md", {
        environment: { ...environment, ID_TOKEN },
        choose: (blocks) => [
          ...blocks.filter(({ name }) => name === "identity.mjs"),
          { language: "js", name: "name.mjs", text: 'import { userOf } from "./identity.mjs";\nconsole.log(userOf(process.env.ID_TOKEN));\n' },
          { language: "sh", text: "node name.mjs" },
        ],
      });
    assert.equal(await nameOf(environment.ID_TOKEN), `${issuer.url}|user_1\n`);
    const wrong = [
      [issuer.token({ aud: "another-app", sub: "user_1" }), /for somebody else/],
      [issuer.token({ aud: "my-app", sub: "user_1", iss: "https://elsewhere.example" }), /for somebody else/],
      [issuer.token({ aud: "my-app", sub: "user_1", exp: 1 }), /over/],
      [issuer.forged({ aud: "my-app", sub: "user_1" }), /the signature is wrong/],
    ];
    await Promise.all(wrong.map(([token, why]) => assert.rejects(nameOf(token), why)));
  },
  "viem.md": async () => {
    const printed = await printedBy("viem.md");
    for (const line of [/^message true$/m, /^payment success$/m, /^contract success$/m, /^code 0xef0100[0-9a-f]{35}c0de0$/m]) {
      assert.match(printed, line);
    }
  },
};

for (const [guide, check] of Object.entries(followed)) test(guide, { timeout: 180_000 }, check);

test("no guide is left out", () => {
  const inBrowser = ["hybrid.md", "passkey-account.md"]; // tests/browser
  const all = readdirSync(guides).filter((name) => name.endsWith(".md") && name !== "README.md");
  assert.deepEqual(all.sort(), [...Object.keys(followed), ...inBrowser].sort());
});
