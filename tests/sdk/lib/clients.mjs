// Owners, scopes and accounts, made with the published packages as a developer would.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { KeySigner } from "@0xpass/key-signer";
import { Passport } from "@0xpass/passport";
import { isAddress } from "viem";

// A developer's P-256 key: the owner of scopes and the signer of DOA requests.
export function newOwner() {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return new KeySigner(privateKey.export({ type: "pkcs8", format: "der" }).toString("base64"), true);
}

// The three members of createScope and updateScope, as passport-scope-cli makes them.
export function signedConfig(owner, config) {
  const text = typeof config === "string" ? config : Buffer.from(JSON.stringify(config)).toString("base64");
  return { config: text, signature: owner.createSignature(text), public_key: owner.getPublicKey() };
}

// A Passport client of one node, ready to call.
export async function connect(node, owner, { scopeId, username } = {}) {
  const passport = new Passport({
    scopeId,
    signer: owner,
    network: node.url,
    enclavePublicKey: node.enclave_public_key,
  });
  await passport.setupEncryption();
  if (username !== undefined) passport.setUserData({ username });
  return passport;
}

// The result of a call; the SDK hands errors back as values and gives undefined when nobody answered.
export function resultOf(body) {
  assert.notEqual(body, undefined, "the node gave no HTTP answer");
  assert.equal(body.error, undefined, JSON.stringify(body.error));
  return body.result;
}

// Creates a scope and returns its id.
export async function createScope(node, owner, config = {}) {
  const passport = await connect(node, owner);
  return resultOf(await passport.createScope(signedConfig(owner, config))).scope_id;
}

// Registers a user and returns everything that is known about the account.
export async function register(node, owner, scopeId, username) {
  const passport = await connect(node, owner, { scopeId, username });
  const { account_id, identifier_hash } = resultOf(await passport.delegatedRegisterAccount({ username }));
  const [address] = resultOf(await passport.getAddresses());
  assert.ok(isAddress(address), address);
  return { passport, owner, scopeId, username, accountId: account_id, identifierHash: identifier_hash, address };
}

// A new owner with a scope of its own and one user in it.
export async function newAccount(node, { config, username = "alice@example.com" } = {}) {
  const owner = newOwner();
  return register(node, owner, await createScope(node, owner, config), username);
}
