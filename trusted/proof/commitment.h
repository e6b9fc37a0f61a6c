// Hash commitments bound to a context and a committer (dkls23.md 1.4, "Com").
#pragma once

#include <initializer_list>

#include "edl/base/ids.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::proof {

using Salt = ByteArray<32>;

// TH(tag, ctx, LE16 committer || salt || value): hiding while the 32-byte salt is secret, and of no use to
// another party or run that copies it. The value's parts have a length that the tag fixes.
Hash32 Commit(crypto::Tag tag, const Hash32& context, PartyIndex committer, const Salt& salt,
              std::initializer_list<ByteSpan> value);

}  // namespace passport::proof
