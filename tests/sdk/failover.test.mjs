// Nodes that die, fall silent and come back: accounts go on signing wherever t nodes are left.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { connect, newAccount, newOwner, register, resultOf, signedConfig } from "./lib/clients.mjs";
import { freeze, kill, nodes, thaw, up } from "./lib/devnet.mjs";
import { assertSigns } from "./lib/signatures.mjs";

const options = { timeout: 120_000 };
let network;
let account;
let update; // used once before everything restarts, and never to be taken again

const through = async (node, { owner, scopeId, username, address }) => {
  const passport = await connect(node, owner, { scopeId, username });
  assert.deepEqual(resultOf(await passport.getAddresses()), [address]);
  await assertSigns(passport, address);
  return passport;
};

before(async () => {
  network = await nodes();
  account = await newAccount(network[0]);
}, options);

// The calls that need more than node 1, at node 1.
const calls = {
  personal_sign: () => account.passport.signMessage("0x00"),
  createScope: () => account.passport.createScope(signedConfig(newOwner(), {})),
  delegatedRegistration: () => account.passport.delegatedRegisterAccount({ username: "nobody is there" }),
};

// Each says within 2 s that nodes are missing, and which.
async function assertTooFew(missing, methods, context) {
  for (const method of methods) {
    const started = performance.now();
    const { error } = await calls[method]();
    const took = performance.now() - started;
    const where = `${method}, ${took.toFixed(0)} ms: ${JSON.stringify(error)}`;
    context.diagnostic(where);
    assert.equal(error?.code, -32015, where);
    assert.equal(error.message, "Too few nodes are reachable", where);
    assert.equal(error.details.code_name, "too_few_nodes", where);
    assert.deepEqual(error.details.missing_nodes, missing, where);
    const named = missing.map((party) => `node ${party}`).join(", ");
    assert.ok(error.data.startsWith("too_few_nodes") && error.data.endsWith(`; missing: ${named}`), where);
    assert.ok(took < 2000, where);
  }
}

// Runs `act` while nodes 2 and 3 are connected but say nothing.
async function whileSilent(act) {
  const silent = network.slice(1);
  silent.forEach(freeze);
  try {
    await act();
  } finally {
    silent.forEach(thaw);
  }
  network = await up();
  for (const node of network) await through(node, account);
}

test("the same account through every node's API", options, async () => {
  assert.equal(new Set(network.map((node) => node.enclave_public_key)).size, 1);
  for (const node of network) await through(node, account);
});

test("a header set made for one node is good at another", options, async () => {
  const [one, two] = network;
  const first = await connect(one, account.owner, account);
  const headers = await first.getDelegatedAuthenticatedHeaders();
  const second = await connect(two, account.owner, account);
  assert.deepEqual(resultOf(await second.call("eth_requestAccounts", [], headers)), [account.address]);
});

test("with node 3 killed: old accounts sign, new ones are made, scopes change", options, async () => {
  await kill(network[2]);
  for (const node of network.slice(0, 2)) await through(node, account);
  const late = await newAccount(network[1], { username: "made by two" });
  await through(network[0], late);
  update = { scope_id: late.scopeId, ...signedConfig(late.owner, { name: "once" }) };
  resultOf(await late.passport.updateScope(update));
  network = await up();
  for (const node of network) await through(node, late);
  for (const node of network) await through(node, account);
});

test("nodes 2 and 3 silent: changes are refused in time by name, and good again when they speak", options, (context) =>
  whileSilent(() => assertTooFew([2, 3], ["createScope", "delegatedRegistration"], context)));

test("nodes 2 and 3 silent: signing is refused in time by name, and good again when they speak", options, (context) =>
  whileSilent(() => assertTooFew([2, 3], ["personal_sign"], context)));

test("nodes 2 and 3 dead: refused in time by name, and good again when they return", options, async (context) => {
  await kill(network[1], network[2]);
  await assertTooFew([2, 3], Object.keys(calls), context);
  network = await up();
  for (const node of network) await through(node, account);
});

test("every node killed with SIGKILL and started again", options, async () => {
  await kill(...network);
  network = await up();
  for (const node of network) await through(node, account);
  const fresh = await newAccount(network[2]);
  for (const node of network) await through(node, fresh);
  const again = await register(network[1], account.owner, account.scopeId, "after the restart");
  await through(network[0], again);
});

test("what was used before the restart stays used", options, async () => {
  for (const node of network) {
    const { error } = await (await connect(node, newOwner())).updateScope(update);
    assert.equal(error?.details.code_name, "replayed", JSON.stringify(error));
    const taken = await (await connect(node, account.owner, account)).delegatedRegisterAccount({ username: account.username });
    assert.equal(taken.error?.details.code_name, "duplicate_registration", JSON.stringify(taken.error));
  }
});
