// Writes the corpus that tests/unit/eth reads: node corpus.mjs [--seed N] [--count N] [--out FILE]. With --count: so many
// transactions of each type and as many typed structures.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { hashMessage as ethersHashMessage } from "ethers";
import { hashMessage } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { Random } from "./random.mjs";
import { transactionCases } from "./transactions.mjs";
import { refusedCases, typedDataCases } from "./typed_data.mjs";

const kMessageSizes = [0, 1, 9, 10, 11, 32, 99, 100, 101, 135, 136, 137, 300];

function messageCases(random) {
  return kMessageSizes.map((size) => {
    const data = random.hex(size);
    const digest = hashMessage({ raw: data });
    assert.equal(ethersHashMessage(Buffer.from(data.slice(2), "hex")), digest, "ethers and viem agree on the digest");
    return { data: random.chance(50) ? data : data.slice(2), digest };
  });
}

function version(name) {
  const url = new URL(`./node_modules/${name}/package.json`, import.meta.url);
  return `${name} ${JSON.parse(readFileSync(url)).version}`;
}

// One case per line, so that a change of one case is a change of one line.
function lines(name, cases) {
  return `"${name}":[\n${cases.map((one) => JSON.stringify(one)).join(",\n")}\n]`;
}

const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string" },
    out: { type: "string", default: "../kat/ethereum.json" },
  },
});
const random = new Random(options.seed);
const account = privateKeyToAccount(random.hex(32));
const source = `${version("viem")} and ${version("ethers")}, tests/oracle/corpus.mjs, seed ${options.seed}`;
const text = `{"source":${JSON.stringify(source)},"address":"${account.address}",\n${[
  lines("messages", messageCases(random)),
  lines("transactions", await transactionCases(random, account, 150, Number(options.count ?? 0))),
  lines("typed_data", typedDataCases(random, Number(options.count ?? 120))),
  lines("refused_typed_data", refusedCases()),
].join(",\n")}}\n`;
writeFileSync(new URL(options.out, import.meta.url), text);
console.log(`${options.out}: ${text.length} bytes`);
