// Every refusal that a client can provoke in a healthy network. A row is one error code; its requests, the first of which
// stands for the row in long runs, must all give that code.
import { generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { ENCLAVE_PUBLIC_KEYS, Network } from "@0xpass/passport";
import { KeySigner } from "@0xpass/key-signer";
import { formatTransactionRequest } from "viem";
import { connect, createScope, newAccount, newOwner, resultOf, signedConfig } from "./clients.mjs";
import { transactions, typedData } from "./samples.mjs";
import { rpc, seal } from "./wire.mjs";

const groupOrderP256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

// The same signature in another encoding: s replaced by n - s.
function malleated(signature) {
  const der = Buffer.from(signature, "base64");
  const rEnd = 4 + der[3];
  const integer = (value) => {
    const hex = value.toString(16).padStart(64, "0").replace(/^(00)+/, "");
    const bytes = Buffer.from(parseInt(hex.slice(0, 2), 16) >= 0x80 ? `00${hex}` : hex, "hex");
    return Buffer.concat([Buffer.from([2, bytes.length]), bytes]);
  };
  const s = BigInt(`0x${der.subarray(rEnd + 2).toString("hex")}`);
  const parts = Buffer.concat([der.subarray(2, rEnd), integer(groupOrderP256 - s)]);
  return Buffer.concat([Buffer.from([0x30, parts.length]), parts]).toString("base64");
}

// Accounts, scopes and used-up proofs that the rows need.
export async function prepare(node) {
  const alice = await newAccount(node);
  const mute = await newAccount(node, { config: { permissions: { personal_sign: false } } });
  const updates = { owner: newOwner() };
  updates.creation = signedConfig(updates.owner, { name: "created" });
  const passport = await connect(node, updates.owner);
  updates.scopeId = resultOf(await passport.createScope(updates.creation)).scope_id;
  updates.otherScope = await createScope(node, updates.owner);
  updates.used = { scope_id: updates.scopeId, ...signedConfig(updates.owner, { name: "used", revision: 3 }) };
  resultOf(await passport.updateScope(updates.used));
  const headers = (of) => of.passport.getDelegatedAuthenticatedHeaders();
  const nobody = await connect(node, alice.owner, { scopeId: alice.scopeId, username: "nobody" });
  const stranger = await connect(node, newOwner(), alice);
  return {
    alice, mute, updates,
    valid: await headers(alice),
    muteHeaders: await headers(mute),
    nobodyHeaders: await nobody.getDelegatedAuthenticatedHeaders(),
    strangerHeaders: await stranger.getDelegatedAuthenticatedHeaders(),
    spare: await headers(alice),
    builtInKey: await (async () => {
      const lost = await connect({ ...node, enclave_public_key: ENCLAVE_PUBLIC_KEYS[Network.LOCAL] }, alice.owner);
      return lost.encryptedAesKey;
    })(),
    registration: await registrationOf(alice),
  };
}

// The body of delegatedRegistration for a name that is taken.
async function registrationOf({ passport, owner, username }) {
  const encrypted_user = seal(passport, JSON.stringify({ username }));
  const KeySignature = seal(passport, JSON.stringify(await owner.sign(encrypted_user)));
  return rpc("delegatedRegistration", { encrypted_user, encrypted_credential: { KeySignature } });
}

const sign = rpc("personal_sign", ["0x00", "0x0000000000000000000000000000000000000000"]);

// Rows need what prepare() made. `id` is what the error must echo: null where the request's own could not be read.
export async function makeRows(made) {
  const { alice, valid, updates } = made;
  const as = (body, headers = valid) => ({ headers, body });
  const unread = (body, headers = valid) => ({ headers, body, id: null });
  const withHeader = (name, value) => as(sign, { ...valid, [name]: value });
  const without = (name) => as(sign, Object.fromEntries(Object.entries(valid).filter(([key]) => key !== name)));
  const scope = (method, members) => as(rpc(method, members), {});
  const update = (owner, config, scope_id = updates.scopeId) =>
    scope("updateScope", { scope_id, ...signedConfig(owner, config) });
  const create = (config) => scope("createScope", signedConfig(newOwner(), config));

  const good = { ...formatTransactionRequest(transactions["EIP-1559"]), chainId: "0x1" };
  const { type, maxFeePerGas, maxPriorityFeePerGas, ...plain } = good;
  const tx = (change) => as(rpc("eth_signTransaction", [{ ...good, ...change }]));
  const mail = typedData["a mail (the example of EIP-712)"];
  const typed = (payload) => as(rpc("eth_signTypedData_v4", [alice.address, payload]));

  const proof = async (change, user = valid["X-Encrypted-User"]) => {
    const assertion = { ...(await alice.owner.sign(user)), ...change };
    return { ...valid, "X-Encrypted-User": user, "X-Encrypted-Key-Signature": seal(alice.passport, JSON.stringify(assertion)) };
  };
  const asUser = async (text) => as(sign, await proof({}, seal(alice.passport, text)));
  const flipped = Buffer.from(valid["X-Encrypted-User"], "base64");
  flipped[20] ^= 1;
  const p256 = newOwner();
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const rsa = new KeySigner(privateKey.export({ type: "pkcs8", format: "der" }).toString("base64"), true);

  return [
    [-32700, "parse_error", "The request body is not valid JSON", [
      unread('{"jsonrpc":"2.0","id":7,"method":"personal_sign"'), unread(""), unread("{} {}"), unread(`\ufeff${sign}`),
      unread('{"id":7,}'), unread('{"id":NaN}'), unread("{'id':7}"), unread(`${sign}\0`), unread('{"id":07}'),
    ]],
    [-32600, "invalid_request", "The body is not a JSON-RPC 2.0 request object", [
      unread("[]"), unread("42"), unread("null"), unread(`[${sign}]`), unread('{"jsonrpc":"2.0","id":{},"method":"personal_sign"}'),
      as(rpc("personal_sign", [], { jsonrpc: "1.0" })), as(rpc(5, [])), as(rpc(undefined, [])),
      unread(`{"id":"${"x".repeat(300)}"}`), unread('{"id":1e999}'),  // a number, but none that is read
    ]],
    [-32601, "method_not_found", "The method does not exist", [
      as(rpc("eth_sign", ["0x00", "0x00"])), as(rpc("", [])), as(rpc("PERSONAL_SIGN", [])), as(rpc("eth_sendTransaction", [{}])),
    ]],
    [-32602, "invalid_params", "A parameter is missing or has the wrong type", [
      as(rpc("personal_sign", [5])), as(rpc("personal_sign", [])), as(rpc("personal_sign", { 0: "0x00" })), as(rpc("personal_sign")),
      as(rpc("personal_sign", [["0x00"]])), as(rpc("eth_signTypedData_v4", ["0x00"])), as(rpc("eth_signTransaction", null)),
      scope("createScope", { config: 5, signature: "", public_key: "" }), scope("updateScope", []),
      as(rpc("delegatedRegistration", { encrypted_user: "AAAA" })), as(rpc("delegatedRegistration")),
      as(rpc("delegatedRegistration", { encrypted_user: "AAAA", encrypted_credential: { Fido2: "AAAA" } })),
      await asUser("null"), await asUser('{"username":5}'), await asUser('{"username":""}'), await asUser("no JSON"),
      await asUser(JSON.stringify({ username: "x".repeat(257) })),
      ...["initiateRegistration", "completeRegistration", "initiateAuthentication", "completeAuthentication"].map((method) => as(rpc(method, {}))),
    ]],
    [401, "unauthorized", "Unauthorized: Signature verification failed.", [
      withHeader("X-Encrypted-User", made.spare["X-Encrypted-User"]),
      as(sign, await proof({ signature: alice.owner.createSignature("something else") })),
      as(sign, await proof({ clientData: "something else" })),
      scope("createScope", { ...signedConfig(p256, { name: "a" }), config: "e30=" }),
      scope("createScope", { ...signedConfig(p256, {}), public_key: newOwner().getPublicKey() }),
    ]],
    [-32001, "too_deep", "The request body is nested too deeply", [
      unread(rpc("personal_sign", "@").replace('"@"', "[".repeat(40) + "]".repeat(40))),
      unread("[".repeat(50_000)), unread('{"a":'.repeat(20_000)),
    ]],
    [-32002, "duplicate_key", "An object in the request has one key twice", [
      unread(sign.replace("{", '{"method":"eth_accounts",')), unread(sign.replace("{", '{"\\u006dethod":"eth_accounts",')),
      unread(rpc("eth_signTransaction", "@").replace('"@"', '[{"to":null,"to":null}]')),
    ]],
    [-32003, "too_large", "The request is larger than the node accepts", [
      unread(sign, { ...valid, "X-Encrypted-User": "A".repeat(9000) }), unread(sign, { ...valid, "X-Scope-Id": "0".repeat(65) }),
      unread(rpc("personal_sign", Array(5000).fill(0))), create({ name: "x".repeat(13_000) }),
    ]],
    [-32004, "bad_base64", "A value is not canonical base64", [
      withHeader("X-Encrypted-User", "***"), withHeader("X-Encrypted-Key", "-_-_"), withHeader("X-Encrypted-User", "AAA"),
      withHeader("X-Encrypted-Key-Signature", "AAAB=="), withHeader("X-Encrypted-Key", `${valid["X-Encrypted-Key"]}=`),
      scope("createScope", { ...signedConfig(p256, {}), signature: "!" }), create("no JSON, no base64"),
      as(sign, await proof({ id: "?" })), as(rpc("delegatedRegistration", { encrypted_user: "?", encrypted_credential: { KeySignature: "AAAA" } })),
    ]],
    [-32005, "undecryptable", "An encrypted header or parameter does not decrypt", [
      withHeader("X-Encrypted-Key", randomBytes(256).toString("base64")), withHeader("X-Encrypted-Key", "AAAA"),
      withHeader("X-Encrypted-Key", made.builtInKey), withHeader("X-Encrypted-User", flipped.toString("base64")),
      withHeader("X-Encrypted-User", "AAAA"), withHeader("X-Encrypted-Key-Signature", randomBytes(200).toString("base64")),
      as(rpc("delegatedRegistration", { encrypted_user: "AAAA", encrypted_credential: { KeySignature: "AAAA" } })),
    ]],
    [-32006, "unknown_scope", "No such scope", [
      withHeader("X-Scope-Id", randomUUID()), withHeader("X-Scope-Id", "no uuid"), withHeader("X-Scope-Id", alice.scopeId.slice(1)),
      update(updates.owner, {}, randomUUID()), update(updates.owner, {}, ""),
    ]],
    [-32007, "unknown_user", "Account credential lookup yielded no results", [as(sign, made.nobodyHeaders)]],
    [-32008, "wrong_owner", "The public key is not an owner of the scope", [
      update(newOwner(), { name: "stolen" }), as(sign, made.strangerHeaders), as(sign, { ...valid, "X-Scope-Id": updates.scopeId }),
    ]],
    [-32009, "replayed", "This signature or a newer revision has been used before", [
      scope("updateScope", updates.used), scope("updateScope", { ...updates.used, signature: malleated(updates.used.signature) }),
      scope("updateScope", { ...updates.used, scope_id: updates.otherScope }),
      scope("updateScope", { ...updates.creation, scope_id: updates.scopeId }), update(updates.owner, { revision: 3 }),
      update(updates.owner, { name: "no revision" }), scope("createScope", signedConfigOf(updates.used)),
      scope("createScope", updates.creation),
    ]],
    [-32010, "ambiguous_number", "An unprefixed number of several digits could be hex or decimal", [
      tx({ nonce: "10" }), tx({ value: "1000" }), tx({ gas: "21000" }), tx({ chainId: "" }),
    ]],
    [-32011, "unknown_transaction_type", "The transaction type is not supported", [
      tx({ type: "0x6" }), tx({ type: "0x7f" }), tx({ type: 5 }), tx({ type: "legacy" }), tx({ type: null }),
      as(rpc("eth_signTransaction", [plain])), as(rpc("eth_signTransaction", [{}])),
    ]],
    [-32012, "malformed_transaction", "The transaction is malformed", [
      tx({ type: "0x3" }), tx({ type: "0x4" }), tx({ maxFeePerBlobGas: "0x1" }), tx({ authorizationList: [] }),
      tx({ nonce: undefined }), tx({ gasPrice: "0x1" }), tx({ maxFeePerGas: "0x0" }), tx({ nounce: "0x1" }), tx({ chainId: "0x0" }),
      tx({ data: "0x00", input: "0x01" }), tx({ gasLimit: "0x1" }), tx({ to: "0x70997970c51812DC3A010C7d01b50e0d17dc79C8" }),
      tx({ to: "0x00" }), tx({ value: true }), tx({ value: -1 }), tx({ value: 1.5 }), tx({ value: `0x1${"00".repeat(32)}` }),
      tx({ accessList: {} }), tx({ accessList: [{ address: good.to }] }), tx({ type: "0x0" }), as(rpc("eth_signTransaction", ["0x00"])),
    ]],
    [-32013, "malformed_typed_data", "The typed data is malformed", [
      typed({ ...mail, primaryType: "Letter" }), typed({ ...mail, types: undefined }), typed({ ...mail, domain: undefined }),
      typed({ ...mail, more: 1 }), typed({ ...mail, message: { ...mail.message, contents: 5 } }),
      typed({ ...mail, message: { ...mail.message, more: 1 } }), typed({ ...mail, message: { ...mail.message, to: undefined } }),
      typed({ ...mail, domain: { ...mail.domain, colour: "red" } }), typed({ ...mail, types: { ...mail.types, Person: [{ name: "name", type: "strin" }] } }),
      typed({ ...mail, types: { ...mail.types, Person: [{ name: "wallet", type: "uint257" }] } }), typed("{ no JSON"), typed("[]"), typed(5), typed(null),
    ]],
    [-32014, "duplicate_registration", "Duplicate registration", [as(made.registration)]],
    [-32018, "not_permitted", "The scope does not permit this", [as(sign, made.muteHeaders)]],
    [-32019, "wrong_account", "The transaction names another account as its sender", [tx({ from: good.to })]],
    [-32021, "missing_header", "A required header is missing", [
      without("X-Encrypted-Key"), without("X-Encrypted-User"), without("X-Scope-Id"), without("X-Encrypted-Key-Signature"),
    ]],
    [-32022, "scope_config", "The scope configuration is not valid", [
      create({ nam: "a" }), create({ name: 5 }), create({ rp: "example.com" }), create({ permissions: { all: true } }), create([]),
      create({ request_binding: "loose" }), create({ revision: -1 }), create({ scope_id: randomUUID() }), create('{"name":'),
      update(updates.owner, { scope_id: randomUUID(), revision: 9 }),
    ]],
    [-32024, "not_available", "The method is not available on this network", [
      ...["createLambda", "listLambda", "executeLambda"].map((method) => as(rpc(method, {}))),
    ]],
    [-32025, "bad_hex", "A value is not hexadecimal", [
      as(rpc("personal_sign", ["0xzz"])), as(rpc("personal_sign", ["0x0"])), as(rpc("personal_sign", ["hello"])),
      tx({ data: "0xabc" }), tx({ data: "abcd" }), tx({ value: "0x" }), tx({ nonce: "0xg" }),
    ]],
    [-32026, "malformed_proof", "The proof of control is malformed", [
      as(sign, { ...valid, "X-Encrypted-Key-Signature": seal(alice.passport, "{}") }),
      as(sign, { ...valid, "X-Encrypted-Key-Signature": seal(alice.passport, "no JSON") }),
      as(sign, await proof({ kind: "fido2" })), as(sign, await proof({ algorithm: "SHA1" })), as(sign, await proof({ id: rsa.getPublicKey() })),
      scope("createScope", signedConfig(rsa, {})), scope("createScope", { ...signedConfig(p256, {}), signature: "AAAA" }),
      scope("createScope", { ...signedConfig(p256, {}), public_key: "AAAA" }),
    ]],
    [-32027, "invalid_utf8", "The request body is not valid UTF-8", [
      unread(Buffer.from(sign.replace("0x00", "0x\u00ff"), "latin1")), unread('{"id":"\\ud800"}'),
    ]],
  ].map(([code, name, message, requests]) => ({ code, name, message, requests }));
}

const signedConfigOf = ({ config, signature, public_key }) => ({ config, signature, public_key });
