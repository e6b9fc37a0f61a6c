// What is signed: messages, transactions of each type, typed data.
import { stringToHex } from "viem";

const to = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const slot = (n) => `0x${n.toString(16).padStart(64, "0")}`;
const accessList = [
  { address: to, storageKeys: [slot(0), slot(1n << 255n)] },
  { address: "0x0000000000000000000000000000000000000001", storageKeys: [] },
];

export const messages = {
  "the empty message": "0x",
  "one byte": "0x00",
  "UTF-8": stringToHex("Zürich, 東京, 🔑 – e\u0301"),
  "bytes that are no text": "0xfffefd80c0",
  "20 kB": `0x${"a5".repeat(20_000)}`,
};

const fees = { maxFeePerGas: 1_200_000_000n, maxPriorityFeePerGas: 1n };
const price = { gasPrice: 20_000_000_000n };
const common = { nonce: 7, gas: 21_000n, to, value: 1_000_000_000_000_000n };
const code = { nonce: 0, gas: 3_000_000n, data: `0x60${"fe".repeat(3000)}` };

export const transactions = {
  legacy: { type: "legacy", chainId: 1, ...common, ...price },
  "legacy on a chain with a large id": { type: "legacy", chainId: 11155111, ...common, ...price },
  "legacy without a chain (before EIP-155)": { type: "legacy", ...common, ...price },
  "legacy contract creation": { type: "legacy", chainId: 1, ...code, ...price },
  "EIP-2930": { type: "eip2930", chainId: 1, ...common, ...price, accessList },
  "EIP-2930 contract creation": { type: "eip2930", chainId: 10, ...code, ...price, accessList },
  "EIP-1559": { type: "eip1559", chainId: 1, ...common, ...fees },
  "EIP-1559 with data and access list": { type: "eip1559", chainId: 8453, ...common, ...fees, data: "0xdeadbeef00", accessList },
  "EIP-1559 contract creation": { type: "eip1559", chainId: 137, ...code, ...fees },
  "EIP-1559 at its edges": {
    type: "eip1559", chainId: 1, nonce: 0, gas: 0n, to, value: 2n ** 256n - 1n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n,
  },
};

export const typedData = {
  "a mail (the example of EIP-712)": {
    domain: { name: "Ether Mail", version: "1", chainId: 1, verifyingContract: "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC" },
    types: {
      Person: [{ name: "name", type: "string" }, { name: "wallet", type: "address" }],
      Mail: [{ name: "from", type: "Person" }, { name: "to", type: "Person" }, { name: "contents", type: "string" }],
    },
    primaryType: "Mail",
    message: {
      from: { name: "Cow", wallet: "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
      to: { name: "Bob", wallet: "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" },
      contents: "Hello, Bob!",
    },
  },
  "a permit": {
    domain: { name: "USD Coin", version: "2", chainId: 8453, verifyingContract: to },
    types: {
      Permit: [
        { name: "owner", type: "address" }, { name: "spender", type: "address" }, { name: "value", type: "uint256" },
        { name: "nonce", type: "uint256" }, { name: "deadline", type: "uint256" },
      ],
    },
    primaryType: "Permit",
    message: { owner: to, spender: to, value: 2n ** 256n - 1n, nonce: 0n, deadline: 1_900_000_000n },
  },
  "every kind of type": {
    domain: { name: "All", salt: slot(42) },
    types: {
      Leaf: [{ name: "flag", type: "bool" }, { name: "low", type: "int8" }],
      Tree: [
        { name: "leaves", type: "Leaf[]" }, { name: "grid", type: "uint8[2][]" }, { name: "blob", type: "bytes" },
        { name: "word", type: "bytes32" }, { name: "tag", type: "bytes4" }, { name: "debt", type: "int256" },
        { name: "text", type: "string" },
      ],
    },
    primaryType: "Tree",
    message: {
      leaves: [{ flag: true, low: -128 }, { flag: false, low: 127 }],
      grid: [[0, 255], [1, 2]],
      blob: "0x",
      word: slot(1),
      tag: "0x12345678",
      debt: -(2n ** 255n),
      text: "日本",
    },
  },
};
