// The published SDK and its companions, unmodified, against a running devnet.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { KeySigner } from "@0xpass/key-signer";
import { formatTransactionRequest, getTypesForEIP712Domain, numberToHex } from "viem";
import { connect, createScope, newAccount, newOwner, register, resultOf, signedConfig } from "./lib/clients.mjs";
import { nodes } from "./lib/devnet.mjs";
import { messages, transactions, typedData } from "./lib/samples.mjs";
import { assertSigns, assertSignsMessage, assertSignsTransaction, assertSignsTypedData } from "./lib/signatures.mjs";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const options = { timeout: 60_000 };
let node;
let account;

before(async () => {
  [node] = await nodes();
  account = await newAccount(node);
}, options);

describe("scopes", options, () => {
  test("create gives a UUID, update says yes, and accounts go on signing", async () => {
    const owner = newOwner();
    const passport = await connect(node, owner);
    const { scope_id } = resultOf(await passport.createScope(signedConfig(owner, { name: "first" })));
    assert.match(scope_id, uuid);
    const { address } = await register(node, owner, scope_id, "bob");
    const update = { scope_id, ...signedConfig(owner, { name: "second", scope_id, revision: 1 }) };
    assert.equal(typeof resultOf(await passport.updateScope(update)), "string");
    await assertSigns(await connect(node, owner, { scopeId: scope_id, username: "bob" }), address);
  });

  test("config may be JSON text, as the documents show it", async () => {
    const rp = { id: "example.com", origin: "https://example.com", name: "Example" };
    assert.match(await createScope(node, newOwner(), JSON.stringify({ rp })), uuid);
  });

  test("two scopes of one owner are apart: same username, different accounts", async () => {
    const { owner, scopeId, username, address } = account;
    const other = await register(node, owner, await createScope(node, owner), username);
    assert.notEqual(other.scopeId, scopeId);
    assert.notEqual(other.address, address);
  });

  test("an update takes effect: permissions withdrawn and given back", async () => {
    const mine = await newAccount(node);
    const update = async (permissions) =>
      resultOf(await mine.passport.updateScope({ scope_id: mine.scopeId, ...signedConfig(mine.owner, { permissions }) }));
    await update({ personal_sign: false });
    assert.equal((await mine.passport.signMessage("0x00")).error.details.code_name, "not_permitted");
    await update({ personal_sign: true });
    await assertSigns(mine.passport, mine.address);
  });
});

describe("accounts", options, () => {
  test("registration gives a UUID and a hash, and the address stays", async () => {
    assert.match(account.accountId, uuid);
    assert.match(account.identifierHash, /^0x[0-9a-f]{64}$/);
    const again = await connect(node, account.owner, account);
    assert.deepEqual(resultOf(await again.getAddresses()), [account.address]);
  });

  test("any text is a username", async () => {
    for (const username of ["+41 44 000 00 00", "ユーザー@例え.jp", " \"\\/\n", "x".repeat(256)]) {
      const { passport, address } = await register(node, account.owner, account.scopeId, username);
      await assertSigns(passport, address);
    }
  });

  test("further members of the user object are ignored", async () => {
    const { owner, scopeId } = account;
    const passport = await connect(node, owner, { scopeId });
    const user = { username: "carol", userDisplayName: "Carol", password: "x" };
    resultOf(await passport.delegatedRegisterAccount(user));
    passport.setUserData(user);
    await assertSigns(passport, resultOf(await passport.getAddresses())[0]);
  });
});

describe("messages", options, () => {
  for (const [name, raw] of Object.entries(messages)) {
    test(name, async () => {
      await assertSignsMessage(raw, resultOf(await account.passport.signMessage(raw)), account.address);
    });
  }

  test("hex without 0x means the same", async () => {
    const signature = resultOf(await account.passport.signMessage("68656c6c6f"));
    await assertSignsMessage("0x68656c6c6f", signature, account.address);
  });

  test("20 at once", async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => assertSigns(account.passport, account.address, `number ${i}`)));
  });
});

describe("transactions", options, () => {
  for (const [name, wanted] of Object.entries(transactions)) {
    test(name, async () => {
      const chain = wanted.chainId === undefined ? {} : { chainId: numberToHex(wanted.chainId) };
      const raw = resultOf(await account.passport.signTransaction({ ...formatTransactionRequest(wanted), ...chain }));
      await assertSignsTransaction(wanted, raw, account.address);
    });
  }

  test("contract creation may say to: null", async () => {
    const wanted = transactions["EIP-1559 contract creation"];
    const request = { ...formatTransactionRequest(wanted), chainId: numberToHex(wanted.chainId), to: null };
    await assertSignsTransaction(wanted, resultOf(await account.passport.signTransaction(request)), account.address);
  });

  test("the number styles of the documents, and a sender", async () => {
    const { to } = transactions.legacy;
    const request = { from: account.address, to, nonce: "1", gas: 21000, gasPrice: "0x04a817c800", value: "0x0", chainId: 1, type: "0x00" };
    const wanted = { type: "legacy", to, nonce: 1, gas: 21000n, gasPrice: 20_000_000_000n, value: 0n, chainId: 1 };
    await assertSignsTransaction(wanted, resultOf(await account.passport.signTransaction(request)), account.address);
  });
});

test("typed data as an object, with and without the domain's type", options, async () => {
  const payload = typedData["a mail (the example of EIP-712)"];
  const types = { EIP712Domain: getTypesForEIP712Domain(payload), ...payload.types };
  for (const object of [payload, { ...payload, types }]) {
    const signature = resultOf(await account.passport.call("eth_signTypedData_v4", [account.address, object]));
    await assertSignsTypedData(payload, signature, account.address);
  }
});

// The published CLI knows one address for --network localhost, and no other option for it.
const cliUrl = "http://localhost:9545";
const cliSkip =
  process.env.PASSPORT_NODE_1_URL === cliUrl
    ? false
    : `passport-scope-cli --network localhost needs ${cliUrl}, and that port was in use when the devnet started`;

describe("passport-scope-cli", options, () => {
  const program = join(dirname(fileURLToPath(import.meta.url)), "node_modules/passport-scope-cli/dist/index.js");
  let folder;
  const cli = (...words) => promisify(execFile)(process.execPath, [program, ...words], { cwd: folder });
  const writeConfig = (config) => writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  const target = ["--config-path", "config.json", "--network", "localhost", "--verbose"];
  before(() => (folder = mkdtempSync(join(tmpdir(), "passport-cli-"))));
  after(() => rmSync(folder, { recursive: true }));

  test("generates keys, creates a scope and updates it; the key signs for its users", { skip: cliSkip }, async () => {
    await cli("generate-keys", "--name", "owner");
    writeConfig({ name: "made by the CLI" });
    const created = await cli("create", ...target, "--private-key", "owner_priv.der");
    const scopeId = /Successfully created a scope! scope id: ([0-9a-f-]{36})/.exec(created.stdout)?.[1];
    assert.match(scopeId ?? created.stdout, uuid);
    writeConfig({ name: "updated by the CLI", scope_id: scopeId, revision: 1 });
    const updated = await cli("update", ...target, "--private-key", "owner_priv.der", "--scope-id", scopeId);
    assert.match(updated.stdout, /Successfully updated a scope!/);
    const owner = new KeySigner(readFileSync(join(folder, "owner_priv.der"), "base64"), true);
    const { passport, address } = await register(node, owner, scopeId, "dave");
    await assertSigns(passport, address);
  });

  test("another key cannot update, and the CLI shows why", { skip: cliSkip }, async () => {
    await cli("generate-keys", "--name", "thief");
    writeConfig({ name: "stolen" });
    await assert.rejects(cli("update", ...target, "--private-key", "thief_priv.der", "--scope-id", account.scopeId), (error) => {
      assert.equal(error.code, 1);
      assert.match(error.stdout, /"code_name":"wrong_owner"/);
      return true;
    });
  });
});
