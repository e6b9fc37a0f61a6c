// A seeded stream of random values: one seed, one corpus.
import { createHash } from "node:crypto";

export class Random {
  #seed;
  #counter = 0;
  #pool = Buffer.alloc(0);

  constructor(seed) {
    this.#seed = String(seed);
  }

  bytes(size) {
    while (this.#pool.length < size) {
      const block = createHash("sha256").update(`${this.#seed}/${this.#counter++}`).digest();
      this.#pool = Buffer.concat([this.#pool, block]);
    }
    const out = this.#pool.subarray(0, size);
    this.#pool = this.#pool.subarray(size);
    return out;
  }

  hex(size) {
    return `0x${this.bytes(size).toString("hex")}`;
  }

  // Uniform enough for tests, in [0, bound).
  below(bound) {
    return this.bytes(4).readUInt32BE() % bound;
  }

  chance(percent) {
    return this.below(100) < percent;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  // Of a random bit length, so that small and large numbers are equally frequent; edges come up on their own account.
  bigint(bits) {
    const max = (1n << BigInt(bits)) - 1n;
    if (this.chance(10)) return this.pick([0n, 1n, max]);
    return BigInt(this.hex(32)) & ((1n << BigInt(this.below(bits + 1))) - 1n);
  }
}
