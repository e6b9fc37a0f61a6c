// trusted/crypto with secret contents: lengths are public, keys, messages and results are not.
#include <bit>

#include "tests/ct/poison.h"
#include "tests/ct/target.h"
#include "tests/ct/targets_base.h"
#include "trusted/crypto/aead.h"
#include "trusted/crypto/ct.h"
#include "trusted/crypto/hpke.h"
#include "trusted/crypto/identity.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::ct {

namespace {

constexpr crypto::Tag kTag{"test"};

Bytes SecretMessage(crypto::Rng& rng, std::size_t size) {
  Bytes out(size);
  rng.Fill(out);
  return out;
}

}  // namespace

void Compare() {
  SecretRng rng(1);
  const auto a = rng.Array<32>();
  const auto b = rng.Array<32>();
  const bool equal = crypto::EqualCt(a, b);
  Require(HasSecretBits(equal), "the comparison has lost its secret");
  Publish(equal);  // the verdict
  Require(!equal, "different tags");
  const bool same = crypto::EqualCt(a, a);
  Publish(same);  // the verdict
  Require(same, "equal tags");
}

void Masks() {
  SecretRng rng(2);
  const auto value = std::bit_cast<std::uint64_t>(rng.Array<8>());
  const std::uint64_t masks[] = {crypto::MaskIfZero(value), crypto::MaskFromBit(value & 1)};
  Require(HasSecretBits(masks[0]) && HasSecretBits(masks[1]), "the masks have lost their secret");
}

void Sha256() {
  SecretRng rng(3);
  // Every way in which data can meet the 64-byte block: inside, at the end, over it, several at once.
  for (const std::size_t size : {1u, 55u, 56u, 63u, 64u, 65u, 200u}) {
    const Bytes message = SecretMessage(rng, size);
    const Hash32 hash = crypto::HashSha256({message, message});
    Require(HasSecretBits(hash), "SHA-256 has lost its secret");
  }
  const Bytes data = SecretMessage(rng, 80);
  const Hash32 tagged = crypto::TaggedHash(kTag, Hash32{}, {data});
  ByteArray<100> stream;
  crypto::TaggedXof(kTag, Hash32{}, {data}, stream);
  Require(HasSecretBits(tagged) && HasSecretBits(stream), "a tagged hash has lost its secret");
}

void Keccak() {
  SecretRng rng(4);
  const Hash32 hash = crypto::HashKeccak256(SecretMessage(rng, 300));
  Require(HasSecretBits(hash), "Keccak-256 has lost its secret");
}

void Hkdf() {
  SecretRng rng(5);
  ByteArray<64> out;
  crypto::HkdfSha256(Hash32{}, SecretMessage(rng, 32), AsBytes("info"), out);
  const Hash32 mac = crypto::HmacSha256(SecretMessage(rng, 80), {out});
  Require(HasSecretBits(out) && HasSecretBits(mac), "HKDF has lost its secret");
}

void Aead() {
  SecretRng rng(6);
  const auto key = rng.Array<32>();
  const Bytes plaintext = SecretMessage(rng, 300);
  Bytes sealed = crypto::SealXChaCha(key, ByteArray<24>{}, AsBytes("header"), plaintext);
  Require(HasSecretBits(sealed), "the ciphertext has lost its secret");
  Publish(sealed);  // the host stores it
  const auto opened = crypto::OpenXChaCha(key, ByteArray<24>{}, AsBytes("header"), sealed);
  Require(opened.ok() && HasSecretBits(opened.value().Expose()), "XChaCha20-Poly1305 opens what it sealed");
  sealed[7] ^= 1;
  Require(!crypto::OpenXChaCha(key, ByteArray<24>{}, AsBytes("header"), sealed).ok(), "a forged record");
}

void EnvelopeAead() {
  SecretRng rng(7);
  crypto::SeededRng iv(7);
  const auto key = rng.Array<32>();
  const Bytes plaintext = SecretMessage(rng, 300);
  Bytes sealed = crypto::SealAesGcm(key, plaintext, iv);
  Publish(sealed);  // travels over the network
  const auto opened = crypto::OpenAesGcm(key, sealed);
  Require(opened.ok() && HasSecretBits(opened.value()), "AES-GCM opens what it sealed");
  sealed[20] ^= 1;
  Require(!crypto::OpenAesGcm(key, sealed).ok(), "a forged envelope");
}

void Identity() {
  SecretRng rng(8);
  const crypto::SigningKey key = crypto::SigningKey::Generate(rng);
  Require(HasSecretBits(key.public_key()), "the key has lost its secret");
  Publish(key.public_key());  // in the manifest
  const crypto::Ed25519Signature signature = key.Sign(AsBytes("statement"));
  Publish(signature);  // sent
  Require(crypto::VerifyEd25519(key.public_key(), AsBytes("statement"), signature), "the signature verifies");
}

void ChannelKeys() {
  SecretRng rng(9);
  const crypto::SecretKey32 a = rng.Key();
  const crypto::SecretKey32 b = rng.Key();
  const crypto::X25519PublicKey public_b = crypto::PublicX25519(b);
  Publish(public_b);  // in the manifest, or the first bytes of a handshake message
  const auto shared = crypto::AgreeX25519(a, public_b);
  Require(shared.ok() && HasSecretBits(shared.value()), "X25519 has lost its secret");
}

void Hpke() {
  SecretRng rng(30);
  const crypto::SecretKey32 secret = rng.Key();
  const crypto::X25519PublicKey to = crypto::PublicX25519(secret);
  Publish(to);  // the key that is encrypted to
  const Bytes plaintext = SecretMessage(rng, 32);
  const Bytes info = ToBytes("what for");
  const Result<Bytes> sealed = crypto::SealHpke(to, info, plaintext, rng);
  Require(sealed.ok() && HasSecretBits(sealed.value()), "the sealed message has lost its secret");
  Publish(sealed.value());  // sent
  const auto opened = crypto::OpenHpke(secret, info, sealed.value());
  Require(opened.ok() && HasSecretBits(opened.value().Expose()), "the plaintext has lost its secret");
}

}  // namespace passport::ct
