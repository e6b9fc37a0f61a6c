#!/usr/bin/env python3
"""Writes rvole.json: what the hashes of columns (docs/protocols.md) make of the inputs of dkls23_kat.json.

Run in this folder: python3 rvole_vectors.py > rvole.json. Written from the definitions (dkls23.md 4.1 and 5.2, and the
section of protocols.md), with Python integers, hashlib and the AES of package cryptography. All that the two hashes do
not touch is compared with the reference's numbers, which were made with one stream each.
"""
import hashlib, json, struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

Q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141
COLUMNS, BITS, WIDTH = 416, 640, 3


def th(tag, context, *parts):
    return hashlib.sha256(hashlib.sha256(tag.encode()).digest() + context + b"".join(parts)).digest()


def xof(tag, context, data, size):
    key = th(tag, context, data)
    return b"".join(th(tag + "/x", context, key, struct.pack("<I", c)) for c in range(-(-size // 32)))[:size]


def number(data):
    return int.from_bytes(data, "big")


def encode(value):
    return (value % Q).to_bytes(32, "big")


def bob_columns(leaves, ssid, nonce_b):
    """V_j, whose bit 4 i + b is that of the leaves of tree i with bit b set."""
    aes = Cipher(algorithms.AES(th("ote/prgkey", ssid, nonce_b)[:16]), modes.ECB()).encryptor()

    def expand(tree, leaf):
        seed = int.from_bytes(bytes.fromhex(leaves[tree][leaf]), "little")
        blocks = [(seed ^ (j | leaf << 16 | tree << 32)).to_bytes(16, "little") for j in range(BITS // 128)]
        return int.from_bytes(b"".join(blocks), "little") ^ int.from_bytes(aes.update(b"".join(blocks)), "little")

    rows = []
    for tree in range(32):
        with_bit = [0] * 4
        for leaf in range(16):
            stream = expand(tree, leaf)
            for b in range(4):
                with_bit[b] ^= stream * (leaf >> b & 1)
        rows += with_bit
    return [sum((row >> j & 1) << r for r, row in enumerate(rows)) for j in range(COLUMNS)]


def column_hash(tag, bind, positions):
    """positions: lists of 416 numbers. Leaf l has the columns j = l mod 16, position by position, and its number."""
    leaves = []
    for leaf in range(16):
        values = b"".join(encode(values[j]) for values in positions for j in range(leaf, COLUMNS, 16))
        leaves.append(th(tag + "/leaf", bind, values, struct.pack("<I", leaf)))
    return th(tag, bind, *leaves)


def main():
    kat = json.load(open("dkls23_kat.json"))
    more = json.load(open("ot_kat.json"))["extension"]
    context, ssid, nonce_a, nonce_b = (bytes.fromhex(kat[name]) for name in ("ctx", "ssid", "nA", "nB"))
    delta = sum(value << 4 * tree for tree, value in enumerate(kat["delta"]))
    choices = int.from_bytes(bytes.fromhex(kat["beta_le"]), "little")
    inputs = [number(bytes.fromhex(text)) for text in kat["a"] + [more["check_input"]]]

    of_bob = bob_columns(kat["leaves"], ssid, nonce_b)
    of_alice = [v ^ (delta if choices >> j & 1 else 0) for j, v in enumerate(of_bob)]
    bind = th("rv/bind", ssid, nonce_a)

    def pads(columns):
        return [[number(th("rv/row", bind, struct.pack("<II", j, c), column.to_bytes(16, "little"))) % Q
                 for j, column in enumerate(columns)] for c in range(WIDTH)]

    alpha0, alpha1 = pads(of_alice), pads([column ^ delta for column in of_alice])
    corrections = [[(x - y + a) % Q for x, y in zip(alpha0[c], alpha1[c])] for c, a in enumerate(inputs)]
    sent = b"".join(encode(corrections[c][j]) for j in range(COLUMNS) for c in range(WIDTH))
    assert hashlib.sha256(sent).hexdigest() == kat["at_sha256"]

    challenge = column_hash("rv/at", bind, corrections)
    theta = [number(xof("rv/theta", ssid, challenge + bytes([i, 0]), 48)) % Q for i in range(2)]
    eta = (inputs[2] + theta[0] * inputs[0] + theta[1] * inputs[1]) % Q
    check = [(alpha0[2][j] + theta[0] * alpha0[0][j] + theta[1] * alpha0[1][j]) % Q for j in range(COLUMNS)]
    mu = column_hash("rv/mu", bind, [check])

    # Bob's side gives the same mu, and with Alice's shares the products.
    gamma = pads(of_bob)
    bits = [choices >> j & 1 for j in range(COLUMNS)]
    opened = [[(g + b * a) % Q for g, b, a in zip(gamma[c], bits, corrections[c])] for c in range(WIDTH)]
    seen = [(opened[2][j] + theta[0] * opened[0][j] + theta[1] * opened[1][j] - bits[j] * eta) % Q
            for j in range(COLUMNS)]
    assert column_hash("rv/mu", bind, [seen]) == mu
    stream = xof("rv/gadget", context, struct.pack("<H", COLUMNS), 32 * COLUMNS)
    gadget = [number(stream[32 * j:32 * j + 32]) for j in range(COLUMNS)]
    for i in range(2):
        assert encode(-sum(g * a for g, a in zip(gadget, alpha0[i]))).hex() == kat["c"][i]
        assert encode(sum(g * o for g, o in zip(gadget, opened[i]))).hex() == kat["d"][i]

    reply = nonce_a + sent + encode(eta) + mu
    print(json.dumps({"note": "made with rvole_vectors.py", "challenge": challenge.hex(), "eta": encode(eta).hex(),
                      "mu": mu.hex(), "reply_sha256": hashlib.sha256(reply).hexdigest()}, indent=1))


main()
