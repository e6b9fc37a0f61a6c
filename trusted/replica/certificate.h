// Certificates of versions: the signatures of so many acceptors that one of them is honest (rules.md 2).
#pragma once

#include "trusted/replica/register.h"

namespace passport::replica {

// What an acceptor signs.
Hash32 AcceptedHash(const RecordId& id, const Version& version);
// Whether at least `quorum` of these identities signed the version, and nobody else did.
bool IsCertified(const std::map<PartyIndex, crypto::Ed25519PublicKey>& identities, std::size_t quorum,
                 const RecordId& id, const Committed& committed);

}  // namespace passport::replica
