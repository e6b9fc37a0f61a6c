// What makes a signature right: its form, and that viem recovers the account's address from it.
import assert from "node:assert/strict";
import {
  getAddress,
  keccak256,
  parseTransaction,
  recoverAddress,
  recoverMessageAddress,
  recoverTransactionAddress,
  recoverTypedDataAddress,
  serializeTransaction,
  stringToHex,
} from "viem";

const groupOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

function assertForm(signature) {
  assert.match(signature, /^0x[0-9a-f]{130}$/);
  assert.ok(BigInt(`0x${signature.slice(66, 130)}`) <= groupOrder / 2n, "s is high");
  assert.ok(["1b", "1c"].includes(signature.slice(130)), "v is neither 27 nor 28");
}

export async function assertSignsMessage(raw, signature, address) {
  assertForm(signature);
  assert.equal(await recoverMessageAddress({ message: { raw }, signature }), getAddress(address));
}

export async function assertSignsTypedData(typedData, signature, address) {
  assertForm(signature);
  assert.equal(await recoverTypedDataAddress({ ...typedData, signature }), getAddress(address));
}

// `wanted` is the transaction in viem's terms: the raw bytes must be viem's own serialization of exactly that.
export async function assertSignsTransaction(wanted, raw, address) {
  const { r, s, v, yParity } = parseTransaction(raw);
  assert.ok(BigInt(s) <= groupOrder / 2n, "s is high");
  assert.equal(raw, serializeTransaction(wanted, { r, s, v, yParity }));
  assert.equal(await recoverTransactionAddress({ serializedTransaction: raw }), getAddress(address));
  const hash = keccak256(serializeTransaction(wanted));
  assert.equal(await recoverAddress({ hash, signature: { r, s, v, yParity } }), getAddress(address));
}

// Signs a fresh text with the account and checks the signature.
export async function assertSigns(passport, address, text = `at ${process.hrtime.bigint()}`) {
  const body = await passport.signMessage(stringToHex(text));
  assert.notEqual(body, undefined, "the node gave no HTTP answer");
  assert.equal(body.error, undefined, JSON.stringify(body.error));
  await assertSignsMessage(stringToHex(text), body.result, address);
}
