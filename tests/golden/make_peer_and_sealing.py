#!/usr/bin/env python3
"""An independent implementation of the formats of sealing/ and trusted/peer, in the standard library and `cryptography`.

Writes seal1-v1.bin, head-v1.bin, head-v2.bin, bind-v1.bin and manifest-v1.txt beside itself, and tests/kat/noise_rekey.txt. The files
are kept for ever: run it only to add a file for a new format version, never to make an old one fit new code.
"""
import base64
import hashlib
import hmac
import pathlib
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = pathlib.Path(__file__).resolve().parent


def numbered(start, count):
    return bytes((start + i) % 256 for i in range(count))


def hkdf(salt, key, info, size):
    secret = hmac.new(salt or bytes(32), key, hashlib.sha256).digest()
    out, block, counter = b"", b"", 1
    while len(out) < size:
        block = hmac.new(secret, block + info + bytes([counter]), hashlib.sha256).digest()
        out, counter = out + block, counter + 1
    return out[:size]


def tagged_hash(tag, context, data):
    return hashlib.sha256(hashlib.sha256(tag.encode()).digest() + context + data).digest()


def hchacha20(key, nonce):
    """draft-irtf-cfrg-xchacha section 2.2."""
    state = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))

    def quarter(a, b, c, d):
        for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] = (state[x] + state[y]) & 0xFFFFFFFF
            value = state[z] ^ state[x]
            state[z] = ((value << turn) | (value >> (32 - turn))) & 0xFFFFFFFF

    for _ in range(10):
        for column in range(4):
            quarter(column, column + 4, column + 8, column + 12)
        quarter(0, 5, 10, 15)
        quarter(1, 6, 11, 12)
        quarter(2, 7, 8, 13)
        quarter(3, 4, 9, 14)
    return struct.pack("<8I", *(state[:4] + state[12:]))


def xchacha_seal(key, nonce, associated, plaintext):
    return ChaCha20Poly1305(hchacha20(key, nonce[:16])).encrypt(bytes(4) + nonce[16:], plaintext, associated)


def seal1(policy_key, policy, svn, key_id, nonce, record, plaintext):
    kind, record_id, version, head_counter = record
    keys = hkdf(key_id, policy_key, b"seal1" + struct.pack("<HB", kind, 1), 64)
    header = b"SEAL" + struct.pack("<BBBBII", 1, 1, policy, 1, svn, 0) + key_id + struct.pack("<H", kind)
    header += record_id + struct.pack("<QQI", version, head_counter, len(plaintext)) + keys[32:]
    return header + nonce + xchacha_seal(keys[:32], nonce, header, plaintext)


def var(data):
    return struct.pack("<I", len(data)) + data


def manifest():
    raw = (Encoding.Raw, PublicFormat.Raw)
    rows, operators = b"", []
    for party in (1, 2, 3):
        identity = Ed25519PrivateKey.from_private_bytes(bytes([party]) * 32)
        channel = X25519PrivateKey.from_private_bytes(bytes([party + 64]) * 32)
        operators.append(Ed25519PrivateKey.from_private_bytes(bytes([party + 128]) * 32))
        rows += struct.pack("<H", party) + identity.public_key().public_bytes(*raw)
        rows += channel.public_key().public_bytes(*raw) + operators[-1].public_key().public_bytes(*raw)
        rows += var(b"127.0.0.1:%d" % (7000 + party)) + var(b"127.0.0.1:%d" % (8000 + party))
        rows += struct.pack("<I", 1) + bytes([party]) * 32
    body = b"\x01" + numbered(0, 16) + struct.pack("<Q", 0) + bytes(32) + struct.pack("<HHHBB", 3, 2, 2, 1, 0)
    body += struct.pack("<I", 3) + rows
    digest = tagged_hash("manifest", bytes(32), body)
    statement = tagged_hash("passport manifest", digest, b"")
    signed = b"\x01" + var(body) + struct.pack("<I", 3)
    for party, operator in enumerate(operators, 1):
        signed += struct.pack("<H", party) + operator.sign(statement)
    text = base64.b64encode(signed).decode()
    lines = [text[i : i + 76] for i in range(0, len(text), 76)]
    (HERE / "manifest-v1.txt").write_text("\n".join(["passport-manifest-1", "# three nodes, two sign", *lines]) + "\n")
    return digest


def bind(manifest_hash):
    fields = struct.pack("<BHHHH", 1, 1, 3, 2, 0) + numbered(0x30, 16) + manifest_hash
    statement = tagged_hash("peer/bind", bytes(32), numbered(0x80, 64) + b"\x01" + fields)
    (HERE / "bind-v1.bin").write_bytes(fields + Ed25519PrivateKey.from_private_bytes(bytes([2]) * 32).sign(statement))


def sealed():
    product = numbered(0x40, 32)  # of svn 3
    record = (7, numbered(0xA0, 32), 0x0102030405060708, 9)
    blob = seal1(product, 2, 3, numbered(0x10, 32), numbered(0x60, 24), record, b"a record of the first format")
    (HERE / "seal1-v1.bin").write_bytes(blob)
    index_key = hkdf(b"", product, b"seal1 index", 32)
    term = record[1] + struct.pack("<Q", record[2]) + hashlib.sha256(blob).digest()
    total = int.from_bytes(hmac.new(index_key, term, hashlib.sha256).digest(), "little")
    head = struct.pack("<BQQQ", 1, 9, 2, 1) + total.to_bytes(32, "little") + bytes([0x77]) * 32
    head_blob = seal1(product, 2, 3, numbered(0x11, 32), numbered(0x61, 24), (1, bytes(32), 9, 9), head)
    (HERE / "head-v1.bin").write_bytes(head_blob)
    second = struct.pack("<BQQQ", 2, 10, 3, 1) + total.to_bytes(32, "little") + bytes([0x77]) * 32
    second += struct.pack("<IIBQ", 0, 2, 1, 41)  # oldest keys, the TPM's counter
    second_blob = seal1(product, 2, 3, numbered(0x12, 32), numbered(0x62, 24), (1, bytes(32), 10, 10), second)
    (HERE / "head-v2.bin").write_bytes(second_blob)


def noise_rekey():
    key = numbered(0, 32)
    after = ChaCha20Poly1305(key).encrypt(bytes(4) + b"\xff" * 8, bytes(32), b"")[:32]
    sealed_by_new = ChaCha20Poly1305(after).encrypt(bytes(4) + struct.pack("<Q", 0), b"after", b"associated")
    text = "# Rekey of the Noise specification, revision 34, section 4.2, computed by tests/golden/make_peer_and_sealing.py.\n"
    text += "# rekey: key, then \"after\" with associated data \"associated\" under the new key and nonce 0\n"
    (HERE.parent / "kat" / "noise_rekey.txt").write_text(text + f"rekey {key.hex()} {sealed_by_new.hex()}\n")


bind(manifest())
sealed()
noise_rekey()
