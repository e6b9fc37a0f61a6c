// A scope whose requests are bound, and accounts below an account, with the published SDK as it is.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { recoverMessageAddress } from "viem";
import { bindFor, networkIdOf } from "./lib/bound.mjs";
import { connect, createScope, newAccount, newOwner, resultOf } from "./lib/clients.mjs";
import { nodes } from "./lib/devnet.mjs";

const options = { timeout: 60_000 };
const zero = "0x0000000000000000000000000000000000000000";
const message = "0x68656c6c6f";
const username = "alice@example.com";
let node;
let alice;

// Signs with a user that has this bind, through any of the nodes.
async function sign(bind, { at = node, text = message } = {}) {
  const passport = await connect(at, alice.owner, { scopeId: alice.scopeId });
  passport.setUserData({ username, bind });
  return passport.signMessage(text);
}
const good = (change) => bindFor(alice, "personal_sign", [message, zero], change);

before(async () => {
  [node] = await nodes();
  const owner = newOwner();
  const scopeId = await createScope(node, owner, { request_binding: "bound" });
  alice = { owner, scopeId, networkId: await networkIdOf(node) };
  const passport = await connect(node, owner, { scopeId });
  resultOf(await passport.delegatedRegisterAccount({ username }));
  passport.setUserData({ username, bind: bindFor(alice, "eth_requestAccounts", []) });
  [alice.address] = resultOf(await passport.getAddresses());
}, options);

describe("a bound scope", options, () => {
  test("signs what the user asked for, through every node", async () => {
    for (const at of await nodes()) {
      const signature = resultOf(await sign(good(), { at }));
      const signer = await recoverMessageAddress({ message: { raw: message }, signature });
      assert.equal(signer.toLowerCase(), alice.address);
    }
  });

  test("signs nothing else", async () => {
    const refused = async (name, ...request) => assert.equal((await sign(...request)).error?.details.code_name, name);
    await refused("not_bound", undefined);
    await refused("not_bound", good(), { text: "0x00" });
    await refused("not_bound", good({ method: "eth_signTransaction" }));
    await refused("not_bound", good({ scope_id: alice.networkId }));
    await refused("not_bound", good({ network_id: alice.scopeId }));
    await refused("malformed_proof", good({ nonce: "00" }));
    await refused("stale_request", good({ issued_at: Date.now() - 61_000 }));
    await refused("stale_request", good({ issued_at: Date.now() + 3_600_000 }));
    const once = good();
    resultOf(await sign(once));
    for (const at of await nodes()) await refused("replayed", once, { at });
  });
});

test("the schema of a scope's configuration is served", options, async () => {
  const schema = await (await fetch(new URL("/schemas/scope.json", node.url))).json();
  assert.deepEqual(schema.properties.request_binding.enum, ["legacy", "bound"]);
  assert.equal(schema.additionalProperties, false);
});

test("accounts below an account have addresses of their own and sign", options, async () => {
  const account = await newAccount(node);
  const seen = new Set([account.address]);
  for (const derivation_path of ["m/0", "m/0/5"]) {
    const passport = await connect(node, account.owner, account);
    passport.setUserData({ username: account.username, derivation_path });
    const [address] = resultOf(await passport.getAddresses());
    const signature = resultOf(await passport.signMessage(message));
    assert.equal((await recoverMessageAddress({ message: { raw: message }, signature })).toLowerCase(), address);
    seen.add(address);
  }
  assert.equal(seen.size, 3);
});
