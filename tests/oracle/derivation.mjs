// Writes ../kat/bip32.txt: the public derivations among the test vectors of BIP-32, and random ones, as computed by ethers.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { HDNodeWallet, SigningKey } from "ethers";
import { Random } from "./random.mjs";

// Test vectors 1 and 2 of BIP-32: every pair of extended public keys with no hardened step between them.
const kOfficial = [
  ["xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1bgwQ9xv5ski8PX9rL2dZXvgGDnw",
    "m/1",
    "xpub6ASuArnXKPbfEwhqN6e3mwBcDTgzisQN1wXN9BJcM47sSikHjJf3UFHKkNAWbWMiGj7Wf5uMash7SyYq527Hqck2AxYysAA7xmALppuCkwQ"],
  ["xpub6D4BDPcP2GT577Vvch3R8wDkScZWzQzMMUm3PWbmWvVJrZwQY4VUNgqFJPMM3No2dFDFGTsxxpG5uJh7n7epu4trkrX7x7DogT5Uv6fcLW5",
    "m/2",
    "xpub6FHa3pjLCk84BayeJxFW2SP4XRrFd1JYnxeLeU8EqN3vDfZmbqBqaGJAyiLjTAwm6ZLRQUMv1ZACTj37sR62cfN7fe5JnJ7dh8zL4fiyLHV"],
  ["xpub6D4BDPcP2GT577Vvch3R8wDkScZWzQzMMUm3PWbmWvVJrZwQY4VUNgqFJPMM3No2dFDFGTsxxpG5uJh7n7epu4trkrX7x7DogT5Uv6fcLW5",
    "m/2/1000000000",
    "xpub6H1LXWLaKsWFhvm6RVpEL9P4KfRZSW7abD2ttkWP3SSQvnyA8FSVqNTEcYFgJS2UaFcxupHiYkro49S8yGasTvXEYBVPamhGW6cFJodrTHy"],
  ["xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY47LJhkJ8UB7WEGuduB",
    "m/0",
    "xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjXoUmmDznezpbZb7ap6r1D3tgFxHmwMkQTPH"],
  ["xpub6ASAVgeehLbnwdqV6UKMHVzgqAG8Gr6riv3Fxxpj8ksbH9ebxaEyBLZ85ySDhKiLDBrQSARLq1uNRts8RuJiHjaDMBU4Zn9h8LZNnBC5y4a",
    "m/1",
    "xpub6DF8uhdarytz3FWdA8TvFSvvAh8dP3283MY7p2V4SeE2wyWmG5mg5EwVvmdMVCQcoNJxGoWaU9DCWh89LojfZ537wTfunKau47EL2dhHKon"],
  ["xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4ALHY2grBGRjaDMzQLcgJvLJuZZvRcEL",
    "m/2",
    "xpub6FnCn6nSzZAw5Tw7cgR9bi15UV96gLZhjDstkXXxvCLsUXBGXPdSnLFbdpq8p9HmGsApME5hQTZ3emM2rnY5agb9rXpVGyy3bdW6EEgAtqt"],
];

const hex = (text) => text.replace(/^0x/, "");
const words = (node) => `${hex(node.publicKey)} ${hex(node.chainCode)}`;
const below = (root, path) => path.split("/").slice(1).reduce((node, index) => node.deriveChild(Number(index)), root);

function official([from, path, to]) {
  const root = HDNodeWallet.fromExtendedKey(from);
  const child = HDNodeWallet.fromExtendedKey(to);
  assert.equal(words(below(root, path)), words(child), "ethers agrees with the vectors of BIP-32");
  return `official ${words(root)} ${path} ${words(child)}`;
}

// The root's private key is derived in parallel, so that the line also has the child's private key.
function drawn(random) {
  const root = HDNodeWallet.fromSeed(random.hex(32));
  const depth = 1 + random.below(5);
  const indices = Array.from({ length: depth }, () => (random.chance(50) ? random.below(3) : random.below(2 ** 31)));
  const path = `m/${indices.join("/")}`;
  const secret = below(root, path);
  assert.equal(SigningKey.computePublicKey(secret.privateKey, true), below(root.neuter(), path).publicKey);
  return `random ${words(root)} ${path} ${words(secret)} ${hex(root.privateKey)} ${hex(secret.privateKey)}`;
}

const random = new Random("bip32");
const lines = [...kOfficial.map(official), ...Array.from({ length: 30 }, () => drawn(random))];
writeFileSync(new URL("../kat/bip32.txt", import.meta.url), `${lines.join("\n")}\n`);
