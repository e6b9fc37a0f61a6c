#include "trusted/core/operator_signatures.h"

#include "trusted/crypto/tagged_hash.h"

namespace passport::core {

Hash32 SignedHashOf(const Writer& statement) {
  return crypto::TaggedHash(crypto::tag::kAdmin, Hash32{}, {statement.bytes()});
}

Bytes WithSignatures(Writer statement, const OperatorSignatures& signatures) {
  statement.U32(static_cast<std::uint32_t>(signatures.size()));
  for (const auto& [party, signature] : signatures) statement.U16(party.value).Raw(signature);
  return statement.Take();
}

Result<Unit> VerifyOperators(const peer::Manifest& manifest, const Hash32& hash,
                             const OperatorSignatures& signatures) {
  if (signatures.size() < manifest.t) return Fail(Status::kDenied);
  for (const auto& [party, signature] : signatures) {
    const peer::ManifestRow* signer = manifest.Row(party);
    if (signer == nullptr) return Fail(Status::kPeerUnknown);
    if (!crypto::VerifyEd25519(signer->operator_key, hash, signature)) return Fail(Status::kBadSignature);
  }
  return Ok();
}

}  // namespace passport::core
