#include "trusted/frost/bip340.h"

#include <algorithm>

#include "trusted/crypto/hash.h"

namespace passport::frost {
namespace {

constexpr std::string_view kContext = "FROST-secp256k1-SHA256-TR-v1";
// Context and label of H1 and H3, whole because they are domain separation tags of RFC 9380.
constexpr std::string_view kBindingFactorTag = "FROST-secp256k1-SHA256-TR-v1rho";
constexpr std::string_view kNonceTag = "FROST-secp256k1-SHA256-TR-v1nonce";

// hash_to_field of RFC 9380, 5.2, to one scalar.
curve::SecretScalar HashToField(std::string_view dst, ByteSpan first, ByteSpan second) {
  crypto::Secret<ByteArray<48>> uniform;
  crypto::ExpandSha256({first, second}, dst, uniform.ExposeMutable());
  return curve::SecretScalar(curve::Scalar::ReduceWide(uniform.Expose()));
}

// BIP-340's tagged hash.
Hash32 Tagged(crypto::Tag tag, std::initializer_list<ByteSpan> parts) {
  return crypto::TaggedHash(tag, crypto::HashSha256(AsBytes(tag.text)), parts);
}

}  // namespace

curve::Scalar Bip340::BindingFactor(ByteSpan common, ByteSpan identifier) {
  return HashToField(kBindingFactorTag, common, identifier).Expose();
}

curve::Scalar Bip340::Challenge(const Point& nonce, const Point& key, ByteSpan message) {
  return Scalar::Reduce(Tagged(crypto::tag::kBip340Challenge, {nonce.X(), key.X(), message}));
}

curve::SecretScalar Bip340::Nonce(ByteSpan random, ByteSpan share) {
  return HashToField(kNonceTag, random, share);
}

Hash32 Bip340::HashMessage(ByteSpan message) {
  return crypto::HashSha256({AsBytes(kContext), AsBytes("msg"), message});
}

Hash32 Bip340::HashCommitments(ByteSpan list) {
  return crypto::HashSha256({AsBytes(kContext), AsBytes("com"), list});
}

curve::SchnorrSignature Bip340::Assemble(const Point& nonce, const Scalar& z) {
  Signature out;
  const ByteArray<32> r = nonce.X();
  const ByteArray<32> s = z.Encode();
  std::copy(r.begin(), r.end(), out.begin());
  std::copy(s.begin(), s.end(), out.begin() + 32);
  return out;
}

bool Bip340::Verify(const Point& key, ByteSpan message, const Signature& signature) {
  return curve::VerifySchnorr(key.X(), message, signature);
}

Result<curve::Scalar> TaprootTweak(const curve::Point& internal_key,
                                   const std::optional<Hash32>& merkle_root) {
  const ByteSpan root = merkle_root ? ByteSpan(*merkle_root) : ByteSpan();
  return curve::Scalar::Parse(Tagged(crypto::tag::kTapTweak, {internal_key.X(), root}));
}

}  // namespace passport::frost
