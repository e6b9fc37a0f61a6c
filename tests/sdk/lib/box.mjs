// A contract that keeps one number, assembled by hand because the tests have no compiler:
//   event Stored(uint256 value); function store(uint256 value); function retrieve() view returns (uint256)
import { parseAbi, toEventSelector, toFunctionSelector } from "viem";

export const abi = parseAbi([
  "event Stored(uint256 value)",
  "function store(uint256 value)",
  "function retrieve() view returns (uint256)",
]);

const hex = (text) => text.slice(2);
const runtime = [
  "5f3560e01c", // the selector: calldata[0..4)
  `80 63${hex(toFunctionSelector("store(uint256)"))} 14 601b57`, // store: jump to 0x1b
  `63${hex(toFunctionSelector("retrieve()"))} 14 604a57`, // retrieve: jump to 0x4a
  "5f5ffd", // anything else is reverted
  "5b 6004 35 80 5f 55", // 0x1b: slot 0 = calldata[4..36)
  `5f 52 7f${hex(toEventSelector("Stored(uint256)"))} 6020 5f a1 00`, // and says so
  "5b 5f 54 5f 52 6020 5f f3", // 0x4a: gives slot 0
].join("").replaceAll(" ", "");

const size = (runtime.length / 2).toString(16);
// Copies what follows these nine bytes to memory and returns it as the contract's code.
export const creation = `0x60${size}8060095f395ff3${runtime}`;
