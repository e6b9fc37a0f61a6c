// Passkey flows of the published SDK and WebauthnSigner, unmodified, against a running devnet.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { Passport } from "@0xpass/passport";
import { WebauthnSigner } from "@0xpass/webauthn-signer";
import { connect, createScope, newOwner, resultOf } from "./lib/clients.mjs";
import { nodes } from "./lib/devnet.mjs";
import { assertSigns } from "./lib/signatures.mjs";
import { SoftBrowser } from "./lib/soft_browser.mjs";
import { call, rpc } from "./lib/wire.mjs";

const options = { timeout: 60_000 };
const origin = "http://localhost:9545";
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
let all;
let scopeId;
let owner;
const browser = new SoftBrowser(origin);

before(async () => {
  all = await nodes();
  owner = newOwner();
  scopeId = await createScope(all[0], owner, { rp: { id: "localhost", origin, name: "Test" } });
  browser.open();
}, options);

// A client of a node as a wallet makes it.
async function open(node) {
  const signer = new WebauthnSigner({ rpId: "localhost", rpName: "Test" });
  const passport = new Passport({ scopeId, signer, network: node.url, enclavePublicKey: node.enclave_public_key });
  await passport.setupEncryption();
  return passport;
}
const user = (username) => ({ username, userDisplayName: username });
const nameOf = (body) => body.error?.details.code_name;

describe("a user with a passkey", options, () => {
  let headers;
  let address;

  test("registers, authenticates and signs", async () => {
    const passport = await open(all[0]);
    const { result } = await passport.register(user("pat"));
    assert.match(result.account_id, uuid);
    assert.match(result.identifier_hash, /^0x[0-9a-f]{64}$/);
    [headers, address] = await passport.authenticate(user("pat"));
    assert.equal(resultOf(await passport.getAddresses())[0], address);
    await assertSigns(passport, address);
  });

  test("has a session that serves at every node and from other clients", async () => {
    for (const node of all) {
      const body = await (await open(node)).call("personal_sign", ["0x68656c6c6f", "0x"], headers);
      assert.match(resultOf(body), /^0x[0-9a-f]{130}$/);
    }
  });

  test("is told of duplicates and unknown names in the words that clients match", async () => {
    const passport = await open(all[1]);
    await assert.rejects(passport.register(user("pat")), /error message: .*, error data: .*Duplicate registration/);
    await assert.rejects(passport.authenticate(user("nobody")), /Account credential lookup yielded no results/);
  });

  test("ends earlier sessions with regenerate_seed", async () => {
    const passport = await open(all[2]);
    const [next] = await passport.authenticate(user("pat"), true);
    for (const node of all) {
      const other = await open(node);
      assert.equal(nameOf(await other.call("personal_sign", ["0x00", "0x"], headers)), "session_over");
      assert.match(resultOf(await other.call("personal_sign", ["0x00", "0x"], next)), /^0x/);
    }
    headers = next;
  });

  test("lists and revokes sessions", async () => {
    const passport = await open(all[2]);
    // `passport.call` leaves the session out of methods that the SDK does not know.
    const own = async (method) => resultOf((await call(all[2], { headers, body: rpc(method, {}) })).json);
    const sessions = await own("passport_listSessions");
    assert.equal(sessions.filter((session) => session.current).length, 1);
    assert.equal((await own("passport_listCredentials")).length, 1);
    assert.match((await own("passport_revokeSession")).applied, /^[23] of 3$/);
    assert.equal(nameOf(await passport.call("personal_sign", ["0x00", "0x"], headers)), "session_over");
  });
});

test("a developer's key is no help with a passkey account", options, async () => {
  const passport = await open(all[0]);
  await passport.register(user("quinn"));
  const developer = await connect(all[1], owner, { scopeId, username: "quinn" });
  assert.equal(nameOf(await developer.signMessage("0x00")), "unauthorized");
});
