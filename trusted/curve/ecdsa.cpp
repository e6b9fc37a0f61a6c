#include "trusted/curve/ecdsa.h"

#include <secp256k1_recovery.h>

#include <algorithm>

#include "trusted/curve/point_access.h"

namespace passport::curve {
namespace {

ByteArray<64> Compact(const EcdsaSignature& signature) {
  ByteArray<64> out;
  const ByteArray<32> r = signature.r.Encode();
  const ByteArray<32> s = signature.s.Encode();
  std::copy(r.begin(), r.end(), out.begin());
  std::copy(s.begin(), s.end(), out.begin() + 32);
  return out;
}

}  // namespace

bool VerifyEcdsa(const Point& key, const Digest& digest, const EcdsaSignature& signature) {
  secp256k1_ecdsa_signature parsed;
  const secp256k1_pubkey library_key = PointAccess::Library(key);
  // The library's verification refuses high s, and zeros.
  return secp256k1_ecdsa_signature_parse_compact(secp256k1_context_static, &parsed,
                                                 Compact(signature).data()) == 1 &&
         secp256k1_ecdsa_verify(secp256k1_context_static, &parsed, digest.bytes.data(), &library_key) == 1;
}

Result<Point> RecoverEcdsa(const Digest& digest, const EcdsaSignature& signature) {
  if (signature.recovery_id > 3 || signature.s.IsHigh()) return Fail(Status::kBadSignature);
  secp256k1_ecdsa_recoverable_signature parsed;
  secp256k1_pubkey key;
  if (secp256k1_ecdsa_recoverable_signature_parse_compact(
          secp256k1_context_static, &parsed, Compact(signature).data(), signature.recovery_id) == 0 ||
      secp256k1_ecdsa_recover(secp256k1_context_static, &key, &parsed, digest.bytes.data()) == 0) {
    return Fail(Status::kBadSignature);
  }
  return PointAccess::FromLibrary(key);
}

Scalar DigestToScalar(const Digest& digest) { return Scalar::Reduce(digest.bytes); }

}  // namespace passport::curve
