#!/usr/bin/env python3
"""Writes crypto.txt: known answers for trusted/crypto from hashlib, hmac and OpenSSL (package cryptography).

Run: python3 crypto_vectors.py > crypto.txt. Keys and signatures of P-256 and the RSA key are fresh each time; the RSA
key is a test fixture and protects nothing. Keccak-256 is computed here and its permutation checked with hashlib's
SHA3-256, which differs in the padding byte alone.
"""
import hashlib, hmac, os

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

M = (1 << 64) - 1


def rol(v, n):
    return ((v << n) | (v >> (64 - n))) & M if n else v


def keccak_f(a):
    rc = 1
    for _ in range(24):
        c = [a[x][0] ^ a[x][1] ^ a[x][2] ^ a[x][3] ^ a[x][4] for x in range(5)]
        d = [c[(x + 4) % 5] ^ rol(c[(x + 1) % 5], 1) for x in range(5)]
        a = [[a[x][y] ^ d[x] for y in range(5)] for x in range(5)]
        x, y, current = 1, 0, a[1][0]
        for t in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, a[x][y] = a[x][y], rol(current, (t + 1) * (t + 2) // 2 % 64)
        a = [[a[x][y] ^ (~a[(x + 1) % 5][y] & a[(x + 2) % 5][y]) for y in range(5)] for x in range(5)]
        for j in range(7):
            if rc & 1:
                a[0][0] ^= 1 << ((1 << j) - 1)
            rc = (rc << 1) ^ (0x171 if rc & 0x80 else 0)
    return a


def sponge(data, pad):
    data = bytearray(data + bytes([pad]) + bytes(-(len(data) + 1) % 136))
    data[-1] |= 0x80
    a = [[0] * 5 for _ in range(5)]
    for i in range(0, len(data), 136):
        for lane in range(17):
            a[lane % 5][lane // 5] ^= int.from_bytes(data[i + 8 * lane:i + 8 * lane + 8], "little")
        a = keccak_f(a)
    return b"".join(a[x][0].to_bytes(8, "little") for x in range(4))


def message(n):
    return bytes(i * 7 % 251 for i in range(n))


print("# Written by crypto_vectors.py; see there for the sources. The message of n bytes is i * 7 mod 251.")
for n in list(range(0, 130)) + [135, 136, 137, 191, 192, 255, 271, 272, 273, 1000, 4096]:
    m = message(n)
    assert sponge(m, 6) == hashlib.sha3_256(m).digest()
    print("hash", n, hashlib.sha256(m).hexdigest(), sponge(m, 1).hex())
for key_size in (0, 1, 32, 63, 64, 65, 200):
    for n in (0, 1, 64, 100):
        print("hmac", n, hmac.new(message(key_size), message(n), hashlib.sha256).hexdigest(), message(key_size).hex())
for size in (1, 31, 32, 33, 64, 100, 255 * 32):
    okm = HKDF(hashes.SHA256(), size, message(20), message(10)).derive(message(40))
    print("hkdf", size, hashlib.sha256(okm).hexdigest())
for n in (0, 1, 15, 16, 17, 1000):
    key, iv = os.urandom(32), os.urandom(12)
    print("aes_gcm", key.hex(), n, (iv + AESGCM(key).encrypt(iv, message(n), None)).hex())
for n in (0, 1, 32, 100, 500):
    key = ec.generate_private_key(ec.SECP256R1())
    spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    print("p256", spki.hex(), n, key.sign(message(n), ec.ECDSA(hashes.SHA256())).hex())
key = rsa.generate_private_key(65537, 2048)
print("rsa_key", key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                                   serialization.NoEncryption()).hex(),
      key.public_key().public_bytes(serialization.Encoding.DER,
                                    serialization.PublicFormat.SubjectPublicKeyInfo).hex())
oaep = lambda digest: padding.OAEP(padding.MGF1(digest()), digest(), None)
for n in (0, 1, 32, 190):
    print("rsa_oaep", n, key.public_key().encrypt(message(n), oaep(hashes.SHA256)).hex())
print("rsa_oaep_sha1", key.public_key().encrypt(message(32), oaep(hashes.SHA1)).hex())
print("rsa_pkcs1", key.public_key().encrypt(message(32), padding.PKCS1v15()).hex())
labelled = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), b"label")
print("rsa_oaep_label", key.public_key().encrypt(message(32), labelled).hex())
small = rsa.generate_private_key(65537, 1024)
print("rsa_key_small", small.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()).hex())
print("ec_key", ec.generate_private_key(ec.SECP256R1()).private_bytes(
    serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).hex())
