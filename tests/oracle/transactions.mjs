// Random transactions of the five types, as JSON-RPC clients write them, signed by viem and checked with ethers.
import assert from "node:assert/strict";
import { Transaction } from "ethers";
import { getAddress, keccak256, numberToHex, parseTransaction, serializeTransaction } from "viem";

const kTypes = ["legacy", "eip2930", "eip1559", "eip4844", "eip7702"];
const kTypeTexts = [["0x0", "0x00", 0, "0"], ["0x1", "0x01", 1, "1"], ["0x2", "0x02", 2, "2"], ["0x3", "0x03", 3, "3"], ["0x4", "0x04", 4, "4"]];

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

// As a wallet signs them for others: any account's, also ones whose signature is nobody's.
function authorizations(random) {
  return Array.from({ length: 1 + random.below(3) }, () => ({
    address: address(random),
    chainId: random.chance(20) ? 0 : Number(random.bigint(40)),
    nonce: Number(random.bigint(40)),
    r: numberToHex(random.bigint(256)),
    s: numberToHex(random.bigint(256)),
    yParity: random.below(2),
  }));
}

function transaction(random, type = random.pick(kTypes)) {
  const tx = { type, nonce: Number(random.bigint(40)), gas: random.bigint(40), value: random.bigint(256) };
  if (type !== "legacy" || random.chance(80)) tx.chainId = Number(random.bigint(40)) + 1;
  if (random.chance(90) || kTypes.indexOf(type) >= 3) tx.to = address(random);
  if (random.chance(70)) tx.data = random.hex(random.pick([0, 1, 4, 32, 36, 54, 55, 56, 68, 100, 255, 256, 300]));
  if (kTypes.indexOf(type) >= 2) {
    tx.maxFeePerGas = random.bigint(100);
    tx.maxPriorityFeePerGas = tx.maxFeePerGas >> BigInt(random.below(100));
  } else {
    tx.gasPrice = random.bigint(100);
  }
  if (type === "eip2930" || (kTypes.indexOf(type) >= 2 && random.chance(50))) tx.accessList = accessList(random);
  if (type === "eip4844") {
    tx.maxFeePerBlobGas = random.bigint(100);
    tx.blobVersionedHashes = Array.from({ length: 1 + random.below(6) }, () => `0x01${random.hex(31).slice(2)}`);
  }
  if (type === "eip7702") tx.authorizationList = authorizations(random);
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
  for (const name of ["nonce", "chainId", "gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "maxFeePerBlobGas", "value"])
    if (tx[name] !== undefined && !(name === "value" && tx.value === 0n && random.chance(50)))
      request[name] = notation(random, tx[name]);
  request[random.pick(["gas", "gas", "gasLimit"])] = notation(random, tx.gas);
  if (tx.to !== undefined) request.to = tx.to;
  else if (random.chance(50)) request.to = null;
  if (tx.data !== undefined) request[random.pick(["data", "input"])] = tx.data;
  if (tx.accessList !== undefined) request.accessList = tx.accessList;
  if (tx.blobVersionedHashes !== undefined) request.blobVersionedHashes = tx.blobVersionedHashes;
  if (tx.authorizationList !== undefined)
    request.authorizationList = tx.authorizationList.map((one) => ({
      ...one, chainId: numberToHex(one.chainId), nonce: numberToHex(one.nonce), yParity: numberToHex(one.yParity),
    }));
  if (random.chance(70)) request.type = random.pick(kTypeTexts[kTypes.indexOf(tx.type)]);
  return request;
}

async function transactionCase(random, account, type) {
  const tx = transaction(random, type);
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

export async function transactionCases(random, account, count, ofEachType) {
  const cases = [];
  for (const type of kTypes) for (let i = 0; i < ofEachType; ++i) cases.push(await transactionCase(random, account, type));
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
