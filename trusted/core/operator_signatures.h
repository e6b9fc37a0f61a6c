// What every statement of t operators ends with (rules.md 14): their signatures over the rest of it.
#pragma once

#include <map>

#include "edl/base/parties.h"
#include "trusted/peer/manifest.h"

namespace passport::core {

using OperatorSignatures = std::map<PartyIndex, crypto::Ed25519Signature>;

// Values of N bytes, each party once, by rising party. Anything else fails the reader.
template <std::size_t N>
std::map<PartyIndex, ByteArray<N>> ReadByParty(Reader& in) {
  std::map<PartyIndex, ByteArray<N>> out;
  PartyIndex last;
  for (std::uint32_t left = in.Count(peer::kPartiesMax); left > 0 && !in.failed(); --left) {
    const PartyIndex party = ReadPartyAbove(in, last);
    out.emplace(party, in.Array<N>());
  }
  return out;
}

// What is signed: the hash of a statement without its signatures.
Hash32 SignedHashOf(const Writer& statement);
// The statement and its signatures.
Bytes WithSignatures(Writer statement, const OperatorSignatures& signatures);
// That t operators of the network have signed, and nobody else: kDenied (fewer), kPeerUnknown (a signer who
// is not in the manifest), kBadSignature.
Result<Unit> VerifyOperators(const peer::Manifest& manifest, const Hash32& hash,
                             const OperatorSignatures& signatures);

}  // namespace passport::core
