// @0xpass/passport-viem against a devnet and an Ethereum node: what is signed here is mined there.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { createPassportClient } from "@0xpass/passport-viem";
import {
  custom, encodeFunctionData, getAddress, getContractAddress, getTypesForEIP712Domain, keccak256, numberToHex, parseEther, parseEventLogs, parseSignature,
  parseTransaction, recoverTransactionAddress, serializeTransaction,
} from "viem";
import { foundry } from "viem/chains";
import { abi, creation } from "./lib/box.mjs";
import { startChain } from "./lib/chain.mjs";
import { newAccount } from "./lib/clients.mjs";
import { nodes } from "./lib/devnet.mjs";
import { transactions, typedData } from "./lib/samples.mjs";
import { assertSignsMessage, assertSignsTransaction, assertSignsTypedData } from "./lib/signatures.mjs";
import { call, rpc } from "./lib/wire.mjs";

const options = { timeout: 180_000 };
const receiver = "0x00000000000000000000000000000000000a11ce";
const fees = { maxFeePerGas: 5_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n };
const price = { gasPrice: 5_000_000_000n };
let node;
let chain;
let account; // known to Passport, rich on the chain
let headers;
let client;
let box; // where the contract is
let blobsSent; // by another account, first of all: the chain needs seconds of a processor before it can check a blob
const asked = []; // what passport-viem asked the chain for

before(async () => {
  [[node], chain] = await Promise.all([nodes(), startChain()]);
  account = await newAccount(node, { config: { permissions: { contract_creation: true, set_code: true } } });
  await chain.admin.setBalance({ address: account.address, value: parseEther("100") });
  headers = await account.passport.getDelegatedAuthenticatedHeaders();
  blobsSent = sendBlobs(await newAccount(node));
  blobsSent.catch(() => {}); // its test looks at it
  client = await createPassportClient(headers, watched(chain), foundry, node.url);
}, options);
after(() => chain?.stop());

// The chain as passport-viem sees it.
function watched({ reader }) {
  return custom({ request: (request) => (asked.push(request.method), reader.request(request)) }, { retryCount: 0 });
}

// The receipt and the transaction as the chain has them: it succeeded, and it is from the account.
async function mined(hash, sender = account.address) {
  const receipt = await chain.reader.waitForTransactionReceipt({ hash });
  assert.equal(receipt.status, "success");
  assert.equal(getAddress(receipt.from), getAddress(sender));
  return { receipt, transaction: await chain.reader.getTransaction({ hash }) };
}
// The blob of 4096 zeros: its commitment and its proof are the point at infinity, so no KZG library is needed to make them.
const infinity = `0xc0${"00".repeat(47)}`;
const blob = { blob: `0x${"00".repeat(131_072)}`, commitment: infinity, proof: infinity };
const versionedHash = `0x01${createHash("sha256").update(Buffer.from(infinity.slice(2), "hex")).digest("hex").slice(2)}`;

async function sendBlobs({ passport, address: sender }) {
  await chain.admin.setBalance({ address: sender, value: parseEther("1") });
  const own = await createPassportClient(await passport.getDelegatedAuthenticatedHeaders(), chain.transport, foundry, node.url);
  const wanted = {
    type: "eip4844", chainId: foundry.id, nonce: 0, gas: 21_000n, to: sender, value: 1n, ...fees,
    maxFeePerBlobGas: 1_000_000_000n, blobVersionedHashes: [versionedHash],
  };
  const raw = await own.signTransaction(wanted);
  const { r, s, yParity } = parseTransaction(raw);
  const serializedTransaction = serializeTransaction({ ...wanted, sidecars: [blob] }, { r, s, yParity });
  const hash = await chain.reader.sendRawTransaction({ serializedTransaction }).catch((error) => {
    throw new Error(`${error.shortMessage} ${error.details}`); // viem's own text has the whole blob
  });
  return { sender, raw, wanted, hash };
}

const nonceOfAccount = () => chain.reader.getTransactionCount({ address: account.address });
const balance = (address) => chain.reader.getBalance({ address });
const stored = (address) => chain.reader.readContract({ address, abi, functionName: "retrieve" });

describe("the nine methods that passport-viem sends here", options, () => {
  const routed = {
    eth_requestAccounts: [[], (result) => assert.deepEqual(result, [account.address])],
    eth_accounts: [[], (result) => assert.deepEqual(result, [account.address])],
    personal_sign: [["0x6869", receiver], (result) => assertSignsMessage("0x6869", result, account.address)],
    eth_signTypedData_v4: [
      [receiver, JSON.stringify(withDomainType(typedData["a mail (the example of EIP-712)"]))],
      (result) => assertSignsTypedData(typedData["a mail (the example of EIP-712)"], result, account.address),
    ],
    eth_signTransaction: [
      [{ to: receiver, nonce: "0x7", gas: "0x5208", gasPrice: "0x1", chainId: numberToHex(foundry.id), type: "0x0" }],
      (result) =>
        assertSignsTransaction(
          { type: "legacy", to: receiver, nonce: 7, gas: 21000n, gasPrice: 1n, chainId: foundry.id }, result, account.address,
        ),
    ],
    eth_addEthereumChain: [[{ chainId: "0x7a69" }], (result) => assert.equal(result, null)],
    wallet_addEthereumChain: [[{ chainId: "0x7a69" }], (result) => assert.equal(result, null)],
    eth_switchEthereumChain: [[{ chainId: "0x7a69" }], (result) => assert.equal(result, null)],
    wallet_switchEthereumChain: [[{ chainId: "0x7a69" }], (result) => assert.equal(result, null)],
  };
  for (const [method, [params, check]] of Object.entries(routed)) {
    test(method, async () => {
      asked.length = 0;
      await check(await client.request({ method, params }));
      assert.deepEqual(asked, [], "asked the chain");
    });
  }
});

function withDomainType(payload) {
  return { ...payload, types: { EIP712Domain: getTypesForEIP712Domain(payload), ...payload.types } };
}

describe("viem's own names for them", options, () => {
  test("addresses", async () => {
    assert.equal(getAddress(client.account.address), getAddress(account.address));
    assert.deepEqual(await client.requestAddresses(), [getAddress(account.address)]);
    assert.deepEqual(await client.getAddresses(), [getAddress(account.address)]);
  });

  test("a message", async () => {
    const signature = await client.signMessage({ message: "grüezi" });
    await assertSignsMessage(Buffer.from("grüezi"), signature, account.address);
  });

  for (const [name, payload] of Object.entries(typedData)) {
    test(`typed data: ${name}`, async () => {
      await assertSignsTypedData(payload, await client.signTypedData(payload), account.address);
    });
  }

  for (const name of ["legacy", "EIP-2930", "EIP-1559"]) {
    test(`signTransaction: ${name}`, async () => {
      const wanted = { ...transactions[name], chainId: foundry.id };
      await assertSignsTransaction(wanted, await client.signTransaction(wanted), account.address);
    });
  }

  test("addChain and switchChain", async () => {
    await client.addChain({ chain: foundry });
    await client.switchChain({ id: foundry.id });
  });
});

describe("sendTransaction, mined", { ...options, concurrency: false }, () => {
  const accessList = [{ address: receiver, storageKeys: [`0x${"00".repeat(32)}`] }];
  const kinds = {
    legacy: price,
    eip2930: { ...price, accessList },
    eip1559: fees,
    "nothing said: viem asks the chain": {},
  };
  for (const [type, members] of Object.entries(kinds)) {
    test(type, async () => {
      asked.length = 0;
      const before = await balance(receiver);
      const named = type in transactionTypes ? { type } : {};
      const { receipt, transaction } = await mined(await client.sendTransaction({ to: receiver, value: 5n, ...members, ...named }));
      assert.equal(receipt.type, named.type ?? "eip1559");
      assert.equal(transaction.type, receipt.type);
      assert.deepEqual(transaction.accessList ?? [], members.accessList ?? []);
      assert.equal((await balance(receiver)) - before, 5n);
      assert.ok(asked.includes("eth_sendRawTransaction") && !asked.includes("eth_signTransaction"), asked);
    });
  }

  test("a contract's creation", async () => {
    const nonce = BigInt(await nonceOfAccount());
    const { receipt } = await mined(await client.sendTransaction({ data: creation, ...fees }));
    assert.equal(getAddress(receipt.contractAddress), getContractAddress({ from: account.address, nonce }));
    box = receipt.contractAddress;
  });

  test("writeContract: the contract's event and state", async () => {
    const { receipt } = await mined(await client.writeContract({ address: box, abi, functionName: "store", args: [41n], ...fees }));
    const [event] = parseEventLogs({ abi, logs: receipt.logs });
    assert.deepEqual([event.eventName, event.args], ["Stored", { value: 41n }]);
    assert.equal(await stored(box), 41n);
  });
});

const transactionTypes = { legacy: 0, eip2930: 1, eip1559: 2 };

describe("later types, mined", { ...options, concurrency: false }, () => {
  test("EIP-7702: the account signs what code it takes, and then has it", async () => {
    const nonce = await nonceOfAccount();
    // Sent by the account itself, whose nonce rises before the list is looked at.
    const authorization = { address: box, chainId: foundry.id, nonce: nonce + 1 };
    const { json } = await call(node, { headers, body: rpc("eth_signAuthorization", [authorization]) });
    assert.equal(json.error, undefined, JSON.stringify(json.error));
    const { r, s, yParity } = parseSignature(json.result);
    const authorizationList = [{ ...authorization, contractAddress: box, r, s, yParity }];
    const data = encodeFunctionData({ abi, functionName: "store", args: [7702n] });
    const { receipt } = await mined(
      await client.sendTransaction({ type: "eip7702", to: account.address, data, gas: 200_000n, authorizationList, ...fees }),
    );
    assert.equal(receipt.type, "eip7702");
    assert.equal(await chain.reader.getBytecode({ address: account.address }), `0xef0100${box.slice(2).toLowerCase()}`);
    assert.equal(await stored(account.address), 7702n);
    assert.equal(await stored(box), 41n, "the contract's own state is another");
  });

  test("a chain refuses what another account signed", async () => {
    const stranger = await newAccount(node);
    const poor = await createPassportClient(await stranger.passport.getDelegatedAuthenticatedHeaders(), watched(chain), foundry, node.url);
    const wanted = { type: "eip1559", chainId: foundry.id, nonce: 0, gas: 21_000n, to: receiver, value: 1n, ...fees };
    const serializedTransaction = await poor.signTransaction(wanted);
    assert.equal(await recoverTransactionAddress({ serializedTransaction }), getAddress(stranger.address));
    await assert.rejects(chain.reader.sendRawTransaction({ serializedTransaction }), /funds/);
  });

  test("EIP-4844: what is signed names the blobs by hash; whoever sends it adds them", async () => {
    const { sender, raw, wanted, hash } = await blobsSent;
    await assertSignsTransaction(wanted, raw, sender);
    const { receipt, transaction } = await mined(hash, sender);
    assert.equal(receipt.type, "eip4844");
    assert.equal(receipt.blobGasUsed, 131_072n);
    assert.deepEqual(transaction.blobVersionedHashes, [versionedHash]);
    assert.equal(hash, keccak256(raw), "the blobs are no part of the hash");
  });
});
