// Typed data: well-known payloads and random ones, hashed by viem, and by ethers where its stricter rules allow it.
import assert from "node:assert/strict";
import { TypedDataEncoder } from "ethers";
import { getAddress, hashTypedData, serializeTypedData } from "viem";
import { kExamples } from "./typed_data_examples.mjs";

const kDomainTypes = [
  ["name", "string"],
  ["version", "string"],
  ["chainId", "uint256"],
  ["verifyingContract", "address"],
  ["salt", "bytes32"],
];
const kTexts = ["", "a", "Hello, Bob!", "\"quoted\\\"", "naïve café", "日本語", "😀", "tab\tnew\nline", "\u0000\u001f"];

function integer(random, type) {
  const signed = type.startsWith("int");
  const bits = Number(type.slice(signed ? 3 : 4));
  let value = random.bigint(signed ? bits - 1 : bits);
  if (signed && random.chance(50)) value = -value - (random.chance(50) ? 1n : 0n);
  const forms = [value.toString()];
  if (value >= 0n) forms.push(`0x${value.toString(16)}`);
  if (BigInt.asIntN(53, value) === value) forms.push(Number(value));
  return random.pick(forms);
}

function atomic(random, type) {
  if (type === "bool") return random.chance(50);
  if (type === "string") return random.pick(kTexts);
  if (type === "bytes") return random.hex(random.pick([0, 1, 31, 32, 33, 70]));
  if (type === "address") return random.chance(50) ? random.hex(20) : getAddress(random.hex(20));
  if (type.startsWith("bytes")) return random.hex(Number(type.slice(5)));
  return integer(random, type);
}

function atomicType(random) {
  return random.pick([
    "bool", "string", "bytes", "address", `bytes${1 + random.below(32)}`,
    `uint${8 + 8 * random.below(32)}`, `int${8 + 8 * random.below(32)}`, "uint256", "int256", "bytes32",
  ]);
}

function suffix(random) {
  let out = "";
  while (out.length < 9 && random.chance(25)) out += random.pick(["[]", "[1]", "[3]"]);
  return out;
}

// Structs refer to later ones, and sometimes to arrays of themselves; every later one is used, as ethers demands.
function structTypes(random) {
  const names = Array.from({ length: 1 + random.below(4) }, (_, i) => random.pick(["Z", "a", "Mail", "_x", "B"]) + i);
  const types = {};
  names.forEach((name, i) => {
    const fields = Array.from({ length: random.below(5) }, () => atomicType(random) + suffix(random));
    if (i + 1 < names.length) fields.push(names[i + 1] + suffix(random));
    if (i + 2 < names.length && random.chance(40)) fields.push(random.pick(names.slice(i + 2)) + suffix(random));
    if (random.chance(15)) fields.push(`${name}[]`);
    types[name] = fields.map((type, k) => ({ name: `f${k}`, type }));
  });
  return { types, primaryType: names[0] };
}

function value(random, types, type, depth) {
  const array = type.match(/^(.*)\[(\d*)\]$/);
  if (array) {
    const recursive = depth > 0 && types[array[1]]?.some((field) => field.type === type);
    const length = array[2] === "" ? (recursive && depth > 1 ? 0 : random.below(3)) : Number(array[2]);
    return Array.from({ length }, () => value(random, types, array[1], depth + 1));
  }
  if (types[type] === undefined) return atomic(random, type);
  return Object.fromEntries(types[type].map((field) => [field.name, value(random, types, field.type, depth + 1)]));
}

function domain(random) {
  const fields = kDomainTypes.filter(() => random.chance(60));
  const types = fields.map(([name, type]) => ({ name, type }));
  const made = Object.fromEntries(fields.map(([name, type]) => [name, atomic(random, type)]));
  // viem derives a domain's type only from members that it finds plausible; see wire-api.md 10 and the README.
  if ("version" in made && made.version === "") made.version = "1";
  if ("chainId" in made) made.chainId = 1 + random.below(1_000_000);
  return { made, types };
}

function randomPayload(random) {
  const { types, primaryType } = structTypes(random);
  const { made, types: domainTypes } = domain(random);
  const payload = { types: { ...types }, primaryType, domain: made, message: value(random, types, primaryType, 0) };
  if (random.chance(60)) payload.types.EIP712Domain = domainTypes;
  return payload;
}

function etherHash({ types, domain: made, message }) {
  const { EIP712Domain, ...others } = types;
  return TypedDataEncoder.hash(made, others, message);
}

// ethers refuses types that refer to themselves or are unused, and domains that are not the canonical five in order.
const kEthersLimits = /circular type reference|ambiguous primary types|unused type|invalid typed-data domain/;

function checkWithEthers(payload, digest) {
  const declared = payload.types.EIP712Domain?.map((field) => `${field.name} ${field.type}`);
  const present = kDomainTypes.filter(([name]) => name in payload.domain).map(([name, type]) => `${name} ${type}`);
  if (declared !== undefined && declared.join() !== present.join()) return false;
  if (payload.primaryType === "EIP712Domain") return false;
  try {
    assert.equal(etherHash(payload), digest, "ethers and viem agree on the digest");
    return true;
  } catch (error) {
    if (kEthersLimits.test(error.message)) return false;
    throw error;
  }
}

function typedDataCase(name, payload, asText) {
  const digest = hashTypedData(payload);
  const oracles = checkWithEthers(payload, digest) ? ["viem", "ethers"] : ["viem"];
  return { name, oracles, payload: asText ?? payload, digest };
}

export function typedDataCases(random, count) {
  const cases = kExamples.map(({ name, payload }) => typedDataCase(name, payload));
  // viem sends a string, with integers as decimal strings and addresses in lower case.
  for (const { name, payload } of kExamples)
    if (payload.types.EIP712Domain !== undefined && payload.message !== undefined)
      cases.push(typedDataCase(`${name}, as viem sends it`, payload, serializeTypedData(payload)));
  for (let i = 0; i < count; ++i) {
    const payload = randomPayload(random);
    cases.push(typedDataCase(`random ${i}`, payload, random.chance(30) ? JSON.stringify(payload) : undefined));
  }
  return cases;
}

// Values that are not of their type. At least one of the oracles must refuse each of them.
const kBadValues = [
  ["uint8", 256], ["uint8", -1], ["uint256", `0x1${"0".repeat(64)}`], ["int8", 128], ["int8", -129], ["int256", `0x8${"0".repeat(63)}`],
  ["uint256", "ten"], ["uint256", 1.5], ["uint256", "1.0"], ["uint256", null], ["uint256", []], ["uint256", "0x"], ["uint256", "1e3"],
  ["bool", 1], ["bool", "true"], ["bool", null], ["address", "0x1234"], ["address", `0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed`],
  ["address", 1], ["bytes4", "0x123456"], ["bytes4", "0x1234567890"], ["bytes32", ""], ["bytes", "hello"], ["bytes", 5],
  ["uint8[2]", [1]], ["uint8[2]", [1, 2, 3]], ["uint8[]", 1], ["uint8[][2]", [[1], 2]], ["Other", null], ["Other", 7],
  ["Other", {}], ["Missing", 1], ["uint7", 1], ["uint264", 1], ["bytes33", "0x"], ["bytes0", "0x"],
];

function oneFieldPayload(type, field) {
  const types = { EIP712Domain: [], Outer: [{ name: "field", type }], Other: [{ name: "x", type: "uint8" }] };
  if (!type.startsWith("Other")) delete types.Other;
  return { types, primaryType: "Outer", domain: {}, message: { field } };
}

export function refusedCases() {
  // The frame around the bad values is good, so a refusal is about the value.
  for (const [type, good] of [["uint8", 255], ["uint8[2]", [1, 2]], ["Other", { x: 1 }]]) {
    const payload = oneFieldPayload(type, good);
    assert.equal(etherHash(payload), hashTypedData(payload));
  }
  return kBadValues.map(([type, bad]) => {
    const payload = oneFieldPayload(type, bad);
    const refusedBy = [];
    for (const [oracle, hash] of [["viem", hashTypedData], ["ethers", etherHash]]) {
      try {
        hash(payload);
      } catch {
        refusedBy.push(oracle);
      }
    }
    assert.notEqual(refusedBy.length, 0, `an oracle refuses ${type} = ${JSON.stringify(bad)}`);
    return { refused_by: refusedBy, payload };
  });
}
