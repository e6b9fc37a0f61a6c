#!/usr/bin/env python3
"""Writes curve.txt: known answers for trusted/curve and the tagged hash, from Python's big integers and hashlib.

Run: python3 curve_vectors.py > curve.txt. The functions h2c, TH, XOF and HS are those of the project's executable
specification of DKLs23 (dkls23_check.py); every ECDSA signature is checked with OpenSSL (package cryptography)
before it is printed, and hash-to-curve starts with the vectors of RFC 9380, J.8.1.
Reference code only: not constant time.
"""
import hashlib, random, struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

P = 2**256 - 2**32 - 977
Q = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)
RNG = random.Random(0x9380)


def hex32(v):
    return v.to_bytes(32, "big").hex()


# ---- the group, affine; None is the identity
def add(a, b):
    if a is None or b is None:
        return b if a is None else a
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return (x, (slope * (a[0] - x) - a[1]) % P)


def mul(k, a):
    r = None
    for bit in bin(k % Q)[2:]:
        r = add(r, r)
        if bit == "1":
            r = add(r, a)
    return r


def lift(x, odd):
    y = pow(x**3 + 7, (P + 1) // 4, P)
    if (y * y - x**3 - 7) % P:
        return None
    return (x, y if (y & 1) == odd else P - y)


def ser(a):
    return "00" if a is None else bytes([2 + (a[1] & 1)]).hex() + hex32(a[0])


# ---- tagged hashes (dkls23.md 1.4)
def TH(tag, ctx, *parts):
    return hashlib.sha256(hashlib.sha256(tag.encode()).digest() + ctx + b"".join(parts)).digest()


def XOF(tag, ctx, data, n):
    k = TH(tag, ctx, data)
    out = b""
    c = 0
    while len(out) < n:
        out += TH(tag + "/x", ctx, k, struct.pack("<I", c))
        c += 1
    return out[:n]


def HS(tag, ctx, data):
    return int.from_bytes(XOF(tag, ctx, data, 48), "big") % Q


# ---- RFC 9380 secp256k1_XMD:SHA-256_SSWU_RO_
A3 = 0x3F8731ABDD661ADCA08A5558F0F5D272E953D363CB6F0E5D405447C01A444533
B3 = 1771
Z3 = P - 11
ISO = dict(
 xn=[0x8e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38daaaaa8c7,0x7d3d4c80bc321d5b9f315cea7fd44c5d595d2fc0bf63b92dfff1044f17c6581,0x534c328d23f234e6e2a413deca25caece4506144037c40314ecbd0b53d9dd262,0x8e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38daaaaa88c],
 xd=[0xd35771193d94918a9ca34ccbb7b640dd86cd409542f8487d9fe6b745781eb49b,0xedadc6f64383dc1df7c4b2d51b54225406d36b641f5e41bbc52a56612a8c6d14,1],
 yn=[0x4bda12f684bda12f684bda12f684bda12f684bda12f684bda12f684b8e38e23c,0xc75e0c32d5cb7c0fa9d0a54b12a0a6d5647ab046d686da6fdffc90fc201d71a3,0x29a6194691f91a73715209ef6512e576722830a201be2018a765e85a9ecee931,0x2f684bda12f684bda12f684bda12f684bda12f684bda12f684bda12f38e38d84],
 yd=[0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffff93b,0x7a06534bb8bdb49fd5e9e6632722c2989467c1bfc8e8d978dfb425d2685c2573,0x6484aa716545ca2cf3a70c3fa8fe337e0a3d21162f0d6299a7bf8192bfd2a76f,1])


def expand_xmd(msg, dst, n):
    dp = dst + bytes([len(dst)])
    b0 = hashlib.sha256(b"\0" * 64 + msg + struct.pack(">H", n) + b"\0" + dp).digest()
    bi = hashlib.sha256(b0 + b"\1" + dp).digest()
    out = bi
    i = 2
    while len(out) < n:
        bi = hashlib.sha256(bytes(a ^ b for a, b in zip(b0, bi)) + bytes([i]) + dp).digest()
        out += bi
        i += 1
    return out[:n]


def sswu(u):
    inv = lambda a: pow(a, -1, P)
    tv = (Z3 * Z3 * pow(u, 4, P) + Z3 * u * u) % P
    x1 = (-B3 * inv(A3) * (1 + inv(tv))) % P if tv else B3 * inv(Z3 * A3 % P) % P
    g = lambda x: (x * x * x + A3 * x + B3) % P
    is_square = lambda a: a == 0 or pow(a, (P - 1) // 2, P) == 1
    x = x1 if is_square(g(x1)) else Z3 * u * u * x1 % P
    y = pow(g(x), (P + 1) // 4, P)
    if (u & 1) != (y & 1):
        y = P - y
    ev = lambda c: sum(ci * pow(x, i, P) for i, ci in enumerate(c)) % P
    return (ev(ISO["xn"]) * inv(ev(ISO["xd"])) % P, y * ev(ISO["yn"]) * inv(ev(ISO["yd"])) % P)


def h2c(msg, dst):
    o = expand_xmd(msg, dst, 96)
    return add(sswu(int.from_bytes(o[:48], "big") % P), sswu(int.from_bytes(o[48:], "big") % P))


# ---- the sections of the file
def scalars():
    edges = [0, 1, 2, Q - 1, Q - 2, (Q - 1) // 2, (Q + 1) // 2, 2**256 - Q, 2**255, 2**64 - 1, 2**64, 2**128 - 1,
             2**192, Q - 2**128, Q - 2**64] + [RNG.randrange(Q) for _ in range(5)]
    for a in edges:
        for b in edges:
            print("arithmetic", hex32(a), hex32(b), hex32((a + b) % Q), hex32((a - b) % Q), hex32(a * b % Q))
    for a in edges:
        print("invert", hex32(a), hex32(pow(a, -1, Q) if a else 0), int(a > Q // 2))
    for a in [Q, Q + 1, Q + 2**64, 2**256 - 2, 2**256 - 1] + edges:
        print("reduce", hex32(a), hex32(a % Q))
    for a in [0, Q, Q * Q % 2**384, (2**384 // Q) * Q, (2**384 // Q) * Q - 1, 2**384 - 1, 2**256, 2**256 - Q, Q << 128,
              (Q << 128) - 1] + [RNG.getrandbits(384) for _ in range(20)]:
        print("wide", a.to_bytes(48, "big").hex(), hex32(a % Q))
    for n in (0, 1, 2, 3, 416, 1000):
        digest = lambda name, i: int.from_bytes(hashlib.sha256(name + struct.pack("<I", i)).digest(), "big") % Q
        print("inner", n, hex32(sum(digest(b"a", i) * digest(b"b", i) for i in range(n)) % Q))


def points():
    for k in [1, 2, 3, Q - 1, Q - 2, (Q - 1) // 2, (Q + 1) // 2, 2**128, 2**255] + [RNG.randrange(1, Q) for _ in range(8)]:
        base = mul(RNG.randrange(1, Q), G)
        print("multiply", hex32(k), ser(mul(k, G)), ser(base), ser(mul(k, base)))
    for n in (1, 2, 3, 7):
        terms = [mul(RNG.randrange(1, Q), G) for _ in range(n)]
        total = None
        for t in terms:
            total = add(total, t)
        print("sum", ser(total), *map(ser, terms))
    a = mul(RNG.randrange(1, Q), G)
    doubled = add(a, a)
    print("sum", ser(doubled), ser(a), ser(a))
    print("sum", ser(None), ser(a), ser((a[0], P - a[1])))
    print("sum", ser(a), ser(doubled), ser((doubled[0], P - doubled[1])), ser(a))
    print("sum", ser(None), ser(doubled), ser((a[0], P - a[1])), ser((a[0], P - a[1])))


def hash_to_curve():
    dst = b"QUUX-V01-CS02-with-secp256k1_XMD:SHA-256_SSWU_RO_"
    rfc = {
        b"": "c1cae290e291aee617ebaef1be6d73861479c48b841eaba9b7b5852ddfeb134664fa678e07ae116126f08b022a94af6de15985c996c3a91b64c406a960e51067",
        b"abc": "3377e01eab42db296b512293120c6cee72b6ecf9f9205760bd9ff11fb3cb2c4b7f95890f33efebd1044d382a01b1bee0900fb6116f94688d487c6c7b9c8371f6",
        b"abcdef0123456789": "bac54083f293f1fe08e4a70137260aa90783a5cb84d3f35848b324d0674b0e3a4436476085d4c3c4508b60fcf4389c40176adce756b398bdee27bca19758d828",
        b"q128_" + b"q" * 128: "e2167bc785333a37aa562f021f1e881defb853839babf52a7f72b102e41890e9f2401dd95cc35867ffed4f367cd564763719fbc6a53e969fb8496a1e6685d873",
        b"a512_" + b"a" * 512: "e3c8d35aaaf0b9b647e88a0a0a7ee5d5bed5ad38238152e4e6fd8c1f8cb7c9988446eeb6181bf12f56a9d24e262221cc2f0c4725c7e3803024b5888ee5823aa6",
    }
    for msg, xy in rfc.items():
        point = h2c(msg, dst)
        assert hex32(point[0]) + hex32(point[1]) == xy
        print("hash_to_curve", dst.hex(), xy, msg.hex())
    for i in range(40):
        dst = RNG.randbytes(255 if i == 0 else 1 if i == 1 else RNG.randrange(2, 80))
        msg = RNG.randbytes(RNG.randrange(1, 200))
        point = h2c(msg, dst)
        print("hash_to_curve", dst.hex(), hex32(point[0]) + hex32(point[1]), msg.hex())


def openssl_accepts(key, digest, r, s):
    k = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), bytes.fromhex(ser(key)))
    k.verify(encode_dss_signature(r, s), digest, ec.ECDSA(Prehashed(hashes.SHA256())))


def ecdsa():
    for i in range(12):
        x = RNG.randrange(1, Q)
        digest = bytes(32) if i == 0 else b"\xff" * 32 if i == 1 else RNG.randbytes(32)
        k = RNG.randrange(1, Q)
        nonce = mul(k, G)
        r = nonce[0] % Q
        s = pow(k, -1, Q) * (int.from_bytes(digest, "big") + r * x) % Q
        recovery_id = (nonce[1] & 1) | (2 if nonce[0] >= Q else 0)
        if s > Q // 2:
            s, recovery_id = Q - s, recovery_id ^ 1
        openssl_accepts(mul(x, G), digest, r, s)
        print("ecdsa", ser(mul(x, G)), digest.hex(), hex32(r), hex32(s), recovery_id)
    # A nonce point with x >= q: nobody knows its logarithm, but a key under which it signs is easily computed.
    x = Q
    for i in range(4):
        odd = i & 1
        x += 1
        while lift(x, odd) is None:
            x += 1
        nonce = lift(x, odd)
        r = x - Q
        digest = RNG.randbytes(32)
        s = RNG.randrange(1, Q // 2)
        m = int.from_bytes(digest, "big")
        key = mul(pow(r, -1, Q), add(mul(s, nonce), mul(Q - m % Q, G)))
        openssl_accepts(key, digest, r, s)
        print("ecdsa", ser(key), digest.hex(), hex32(r), hex32(s), 2 | odd)


def tagged():
    for tag in ("kg/com", "rv/row", "ote/chi", "zs/prf"):
        for size in (0, 1, 31, 64, 65, 200):
            ctx = RNG.randbytes(32)
            data = RNG.randbytes(size)
            print("tagged", tag, ctx.hex(), TH(tag, ctx, data).hex(), XOF(tag, ctx, data, 100).hex(), hex32(HS(tag, ctx, data)),
                  data.hex())


print("# Written by curve_vectors.py; see there for the sources.")
scalars()
points()
hash_to_curve()
ecdsa()
tagged()
