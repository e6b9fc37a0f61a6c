// Identifiers as distinct types: a scope id is never passed where a key id is meant.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

#include "edl/base/bytes.h"

namespace passport {

// 1-based index of a node in its network's manifest; also the x-coordinate of its shares (dkls23.md 1.3). 0
// is nobody.
struct PartyIndex {
  std::uint16_t value = 0;
  auto operator<=>(const PartyIndex&) const = default;
};

template <std::size_t N, class Tag>
struct FixedId {
  ByteArray<N> bytes{};
  auto operator<=>(const FixedId&) const = default;
  ByteSpan span() const { return bytes; }
  bool IsZero() const { return *this == FixedId{}; }
};

using RecordId = FixedId<32, struct RecordIdTag>;    // one sealed record in the store; begins with its kind
using KeyId = FixedId<32, struct KeyIdTag>;          // one distributed key
using SetupId = FixedId<32, struct SetupIdTag>;      // one pairwise OT setup (rules.md 5)
using ScopeId = FixedId<16, struct ScopeIdTag>;      // UUID
using AccountId = FixedId<16, struct AccountIdTag>;  // UUID
using RequestId =
    FixedId<16, struct RequestIdTag>;  // one client request, named in every message and log line it causes
using BootId = FixedId<16, struct BootIdTag>;  // one start of one enclave
using Digest = FixedId<32, struct DigestTag>;  // what a signature signs; only trusted/eth makes one

}  // namespace passport

template <std::size_t N, class Tag>
struct std::hash<passport::FixedId<N, Tag>> {
  // Ids are uniform (random or hash output) past their first bytes, so eight of the last ones are a hash.
  std::size_t operator()(const passport::FixedId<N, Tag>& id) const {
    std::size_t out = 0;
    for (std::size_t i = N - 8; i < N; ++i) out = (out << 8) | id.bytes[i];
    return out;
  }
};
template <>
struct std::hash<passport::PartyIndex> {
  std::size_t operator()(const passport::PartyIndex& party) const { return party.value; }
};
