// Random transactions of the three types, as JSON-RPC clients write them, signed by viem and checked with ethers.
import assert from "node:assert/strict";
import { Transaction } from "ethers";
import { getAddress, keccak256, parseTransaction, serializeTransaction } from "viem";

const kTypes = ["legacy", "eip2930", "eip1559"];
const kTypeTexts = [["0x0", "0x00", 0, "0"], ["0x1", "0x01", 1, "1"], ["0x2", "0x02", 2, "2"]];

function address(random) {
  const lower = random.hex(20);
  return random.chance(50) ? lower : getAddress(lower);
}

function accessList(random) {
  return Array.from({ length: random.below(4) }, () => ({
    address: address(random),
    storageKeys: Array.from({ length: random.below(4) }, () => random.hex(32)),
  }));
}

function transaction(random) {
  const type = random.pick(kTypes);
  const tx = { type, nonce: Number(random.bigint(40)), gas: random.bigint(40), value: random.bigint(256) };
  if (type !== "legacy" || random.chance(80)) tx.chainId = Number(random.bigint(40)) + 1;
  if (random.chance(90)) tx.to = address(random);
  if (random.chance(70)) tx.data = random.hex(random.pick([0, 1, 4, 32, 36, 54, 55, 56, 68, 100, 255, 256, 300]));
  if (type === "eip1559") {
    tx.maxFeePerGas = random.bigint(100);
    tx.maxPriorityFeePerGas = tx.maxFeePerGas >> BigInt(random.below(100));
  } else {
    tx.gasPrice = random.bigint(100);
  }
  if (type === "eip2930" || (type === "eip1559" && random.chance(50))) tx.accessList = accessList(random);
  return tx;
}

// One of the notations that wire-api.md 10 lists for a number.
function notation(random, value) {
  const hex = value.toString(16);
  const forms = [`0x${hex}`, `0x${hex.padStart(hex.length + (hex.length % 2), "0")}`, `0x00${hex}`];
  if (value < 10) forms.push(String(value));
  if (value <= Number.MAX_SAFE_INTEGER) forms.push(Number(value));
  return random.pick(forms);
}

function asRequest(random, tx, from) {
  const request = {};
  if (random.chance(50)) request.from = from;
  for (const name of ["nonce", "chainId", "gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "value"])
    if (tx[name] !== undefined && !(name === "value" && tx.value === 0n && random.chance(50)))
      request[name] = notation(random, tx[name]);
  request[random.pick(["gas", "gas", "gasLimit"])] = notation(random, tx.gas);
  if (tx.to !== undefined) request.to = tx.to;
  else if (random.chance(50)) request.to = null;
  if (tx.data !== undefined) request[random.pick(["data", "input"])] = tx.data;
  if (tx.accessList !== undefined) request.accessList = tx.accessList;
  if (random.chance(70)) request.type = random.pick(kTypeTexts[kTypes.indexOf(tx.type)]);
  return request;
}

async function transactionCase(random, account) {
  const tx = transaction(random);
  const digest = keccak256(serializeTransaction(tx));
  const raw = await account.signTransaction(tx);
  const { r, s, v, yParity } = parseTransaction(raw);
  const parsed = Transaction.from(raw);
  assert.equal(parsed.unsignedHash, digest, "ethers and viem agree on the digest");
  assert.equal(parsed.from, account.address, "ethers recovers the signer");
  const y_parity = yParity ?? Number(v >= 35n ? (v - 35n) % 2n : v - 27n);
  const request = asRequest(random, tx, account.address);
  return { type: kTypes.indexOf(tx.type), request, digest, r, s, y_parity, raw };
}

export async function transactionCases(random, account, count) {
  const cases = [];
  while (cases.length < count) cases.push(await transactionCase(random, account));
  // RLP drops leading zeros: one signature each whose r and s have some.
  for (const name of ["r", "s"]) {
    let one;
    do one = await transactionCase(random, account);
    while (BigInt(one[name]) >> 248n !== 0n);
    cases.push(one);
  }
  return cases;
}
