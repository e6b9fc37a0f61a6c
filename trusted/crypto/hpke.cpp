#include "trusted/crypto/hpke.h"

#include <sodium.h>

#include <algorithm>
#include <string_view>

#include "edl/base/codec.h"
#include "trusted/crypto/hash.h"

namespace passport::crypto {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_chacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_chacha20poly1305_ietf_ABYTES;

// suite_id of RFC 9180 4.1 and 5.1, after the version that every label begins with.
constexpr std::string_view kKem{"HPKE-v1KEM\x00\x20", 12};
constexpr std::string_view kHpke{"HPKE-v1HPKE\x00\x20\x00\x01\x00\x03", 17};

SecretKey32 LabeledExtract(std::string_view suite, ByteSpan salt, std::string_view label, ByteSpan input) {
  return SecretKey32(HmacSha256(salt, {AsBytes(suite), AsBytes(label), input}));
}

// At most 32 bytes, which is one block of HKDF-Expand.
template <std::size_t N>
Secret<ByteArray<N>> LabeledExpand(std::string_view suite, const SecretKey32& key, std::string_view label,
                                   ByteSpan info) {
  static_assert(N <= 32);
  const ByteArray<2> size = {0, N};
  const std::uint8_t counter = 1;
  const SecretKey32 block(
      HmacSha256(key.Expose(), {size, AsBytes(suite), AsBytes(label), info, {&counter, 1}}));
  Secret<ByteArray<N>> out;
  std::copy_n(block.Expose().begin(), N, out.ExposeMutable().begin());
  return out;
}

struct AeadKey {
  SecretKey32 key;
  Secret<ByteArray<kNonceBytes>> nonce;
};

// ExtractAndExpand of 4.1, then KeySchedule of 5.1 in base mode.
AeadKey Schedule(const SecretKey32& shared_point, const X25519PublicKey& ephemeral,
                 const X25519PublicKey& recipient, ByteSpan info) {
  Writer kem_context;
  kem_context.Raw(ephemeral).Raw(recipient);
  const SecretKey32 extracted = LabeledExtract(kKem, {}, "eae_prk", shared_point.Expose());
  const SecretKey32 shared = LabeledExpand<32>(kKem, extracted, "shared_secret", kem_context.bytes());
  Writer context;
  context.U8(0);  // mode_base
  context.Raw(LabeledExtract(kHpke, {}, "psk_id_hash", {}).Expose());
  context.Raw(LabeledExtract(kHpke, {}, "info_hash", info).Expose());
  const SecretKey32 secret = LabeledExtract(kHpke, shared.Expose(), "secret", {});
  return {LabeledExpand<32>(kHpke, secret, "key", context.bytes()),
          LabeledExpand<kNonceBytes>(kHpke, secret, "base_nonce", context.bytes())};
}

}  // namespace

Result<Bytes> SealHpke(const X25519PublicKey& to, ByteSpan info, ByteSpan plaintext, Rng& rng) {
  const SecretKey32 ephemeral = rng.Key();
  const X25519PublicKey encapsulated = PublicX25519(ephemeral);
  PASSPORT_TRY(const SecretKey32 shared_point, AgreeX25519(ephemeral, to));
  const AeadKey aead = Schedule(shared_point, encapsulated, to, info);
  Bytes out(encapsulated.size() + plaintext.size() + kTagBytes);
  std::copy(encapsulated.begin(), encapsulated.end(), out.begin());
  crypto_aead_chacha20poly1305_ietf_encrypt(out.data() + encapsulated.size(), nullptr, plaintext.data(),
                                            plaintext.size(), nullptr, 0, nullptr, aead.nonce.Expose().data(),
                                            aead.key.Expose().data());
  return out;
}

Result<SecretBytes> OpenHpke(const SecretKey32& secret, ByteSpan info, ByteSpan sealed) {
  if (sealed.size() < kHpkeOverheadBytes) return Fail(Status::kDecrypt);
  X25519PublicKey encapsulated;
  std::copy_n(sealed.begin(), encapsulated.size(), encapsulated.begin());
  const Result<SecretKey32> shared_point = AgreeX25519(secret, encapsulated);
  if (!shared_point.ok()) return Fail(Status::kDecrypt);
  const AeadKey aead = Schedule(shared_point.value(), encapsulated, PublicX25519(secret), info);
  const ByteSpan ciphertext = sealed.subspan(encapsulated.size());
  Bytes out(ciphertext.size() - kTagBytes);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, ciphertext.data(),
                                                ciphertext.size(), nullptr, 0, aead.nonce.Expose().data(),
                                                aead.key.Expose().data()) != 0) {
    return Fail(Status::kDecrypt);
  }
  return SecretBytes(std::move(out));
}

}  // namespace passport::crypto
