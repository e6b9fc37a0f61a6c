#include "trusted/replica/certificate.h"

#include "trusted/crypto/tagged_hash.h"

namespace passport::replica {

Hash32 AcceptedHash(const RecordId& id, const Version& version) {
  return crypto::TaggedHash(crypto::tag::kReplicaAccepted, version.HashFor(id), {});
}

bool IsCertified(const std::map<PartyIndex, crypto::Ed25519PublicKey>& identities, std::size_t quorum,
                 const RecordId& id, const Committed& committed) {
  if (committed.version.number == 0 || committed.certificate.size() < quorum) return false;
  const Hash32 hash = AcceptedHash(id, committed.version);
  for (const auto& [party, signature] : committed.certificate) {
    const auto identity = identities.find(party);
    if (identity == identities.end() || !crypto::VerifyEd25519(identity->second, hash, signature))
      return false;
  }
  return true;
}

}  // namespace passport::replica
