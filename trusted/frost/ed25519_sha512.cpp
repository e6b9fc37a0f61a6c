#include "trusted/frost/ed25519_sha512.h"

#include <algorithm>

#include "trusted/crypto/hash.h"

namespace passport::frost {
namespace {

constexpr std::string_view kContext = "FROST-ED25519-SHA512-v1";

ByteArray<64> Hash(std::string_view label, ByteSpan first, ByteSpan second = {}) {
  return crypto::HashSha512({AsBytes(kContext), AsBytes(label), first, second});
}

}  // namespace

curve::Ed25519Scalar Ed25519Sha512::BindingFactor(ByteSpan common, ByteSpan identifier) {
  return Scalar::ReduceWide(Hash("rho", common, identifier));
}

curve::Ed25519Scalar Ed25519Sha512::Challenge(const Point& nonce, const Point& key, ByteSpan message) {
  return Scalar::ReduceWide(crypto::HashSha512({nonce.Encode(), key.Encode(), message}));
}

crypto::Secret<curve::Ed25519Scalar> Ed25519Sha512::Nonce(ByteSpan random, ByteSpan share) {
  const crypto::Secret<ByteArray<64>> hash(Hash("nonce", random, share));
  return crypto::Secret<Scalar>(Scalar::ReduceWide(hash.Expose()));
}

ByteArray<64> Ed25519Sha512::HashMessage(ByteSpan message) { return Hash("msg", message); }

ByteArray<64> Ed25519Sha512::HashCommitments(ByteSpan list) { return Hash("com", list); }

crypto::Ed25519Signature Ed25519Sha512::Assemble(const Point& nonce, const Scalar& z) {
  Signature out;
  const ByteArray<32> r = nonce.Encode();
  const ByteArray<32> s = z.Encode();
  std::copy(r.begin(), r.end(), out.begin());
  std::copy(s.begin(), s.end(), out.begin() + 32);
  return out;
}

bool Ed25519Sha512::Verify(const Point& key, ByteSpan message, const Signature& signature) {
  return crypto::VerifyEd25519(key.Encode(), message, signature);
}

}  // namespace passport::frost
