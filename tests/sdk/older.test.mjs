// Older releases of @0xpass/passport complete the flows that they have.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { createPassportClient } from "@0xpass/passport-viem";
import { custom, formatTransactionRequest, isAddress, numberToHex } from "viem";
import { foundry } from "viem/chains";
import { WebauthnSigner } from "@0xpass/webauthn-signer";
import { createScope, newOwner, resultOf, signedConfig } from "./lib/clients.mjs";
import { nodes } from "./lib/devnet.mjs";
import { transactions, typedData } from "./lib/samples.mjs";
import { assertSigns, assertSignsTransaction, assertSignsTypedData } from "./lib/signatures.mjs";
import { SoftBrowser } from "./lib/soft_browser.mjs";

const origin = "http://localhost:3000";
new SoftBrowser(origin).open(); // they were written for browsers

const options = { timeout: 120_000 };
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
let node;
before(async () => ([node] = await nodes()));

const noChain = custom({ request: ({ method }) => assert.fail(`${method} went to the chain`) });

// How a release is constructed, in the names of its time.
const releases = {
  "1.0.0": (Passport, signer, scopeId) =>
    new Passport({ scope_id: scopeId, signer, endpoint: node.url, enclave_public_key: node.enclave_public_key }),
  "2.1.1": constructed2,
  "2.1.6": constructed2,
};
const usernameOf = (release) => ({ username: `user of ${release}`, userDisplayName: release });
function constructed2(Passport, signer, scopeId) {
  return new Passport({ scopeId, signer, network: node.url, enclavePublicKey: node.enclave_public_key });
}

async function connect(release, signer, scopeId) {
  const { Passport } = await import(`passport-${release}`);
  const passport = releases[release](Passport, signer, scopeId);
  await passport.setupEncryption();
  return passport;
}

for (const release of Object.keys(releases)) {
  test(`${release} creates and updates a scope`, options, async () => {
    const owner = newOwner();
    const passport = await connect(release, owner);
    const { scope_id } = resultOf(await passport.createScope(signedConfig(owner, { name: release })));
    assert.match(scope_id, uuid);
    const update = { scope_id, ...signedConfig(owner, { name: "again", scope_id, revision: 1 }) };
    assert.equal(typeof resultOf(await passport.updateScope(update)), "string");
  });
}

// 1.0.0 has passkeys only.
for (const release of ["2.1.1", "2.1.6"]) {
  describe(`${release}, developer-owned auth`, options, () => {
    let passport;
    let address;
    before(async () => {
      const owner = newOwner();
      const scopeId = resultOf(await (await connect(release, owner)).createScope(signedConfig(owner, {}))).scope_id;
      passport = await connect(release, owner, scopeId);
      assert.match(resultOf(await passport.delegatedRegisterAccount({ username: release })).account_id, uuid);
      passport.setUserData({ username: release });
      [address] = resultOf(await passport.getAddresses());
      assert.ok(isAddress(address), address);
    });

    test("a message", () => assertSigns(passport, address));

    test("a transaction", async () => {
      const wanted = transactions["EIP-1559"];
      const request = { ...formatTransactionRequest(wanted), chainId: numberToHex(wanted.chainId) };
      await assertSignsTransaction(wanted, resultOf(await passport.signTransaction(request)), address);
    });

    test("typed data, through viem", async () => {
      const headers = await passport.getDelegatedAuthenticatedHeaders();
      const client = await createPassportClient(headers, noChain, foundry, node.url);
      for (const payload of Object.values(typedData)) {
        await assertSignsTypedData(payload, await client.signTypedData(payload), address);
      }
    });
  });
}

for (const release of Object.keys(releases)) {
  test(`${release}, passkeys: register, authenticate, sign`, options, async () => {
    const scopeId = await createScope(node, newOwner(), { rp: { id: "localhost", origin, name: "Older" } });
    const signer = new WebauthnSigner({ rpId: "localhost", rpName: "Older" });
    const user = usernameOf(release);
    await (await connect(release, signer, scopeId)).register(user);
    const passport = await connect(release, signer, scopeId);
    const [session, address] = await passport.authenticate(user);
    await assertSigns(passport, address);
    const wanted = transactions["EIP-1559"];
    const request = { ...formatTransactionRequest(wanted), chainId: numberToHex(wanted.chainId) };
    await assertSignsTransaction(wanted, resultOf(await passport.signTransaction(request)), address);
    const payload = typedData["a mail (the example of EIP-712)"];
    await assertSignsTypedData(payload, resultOf(await passport.signTypedData(payload)), address);
    // Its headers are all that another program needs.
    const client = await createPassportClient(session, noChain, foundry, node.url);
    assert.equal(client.account.address.toLowerCase(), address);
  });
}
