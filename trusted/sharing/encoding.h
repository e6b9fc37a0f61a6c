// How points, scalars and party sets are written in every message and record of the protocols.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "edl/base/codec.h"
#include "edl/base/ids.h"
#include "trusted/curve/group.h"

namespace passport::sharing {

inline constexpr std::uint16_t kPartiesMax = 64;  // n, and so every vector below (dkls23.md 1.1)

// One point or scalar in its group's encoding (33 and 32 bytes for secp256k1). Anything else fails the
// reader, and what is returned must not be used.
template <curve::Group G = curve::Secp256k1>
curve::PointOf<G> ReadPoint(Reader& reader);
template <curve::Group G = curve::Secp256k1>
curve::ScalarOf<G> ReadScalar(Reader& reader);

// u16 count and the points; at most kPartiesMax, possibly none. The caller compares the count with its own.
template <curve::Group G = curve::Secp256k1>
void WritePoints(Writer& writer, std::span<const curve::PointOf<G>> points);
template <curve::Group G = curve::Secp256k1>
std::vector<curve::PointOf<G>> ReadPoints(Reader& reader);

// u16 count and the indices. Fails the reader unless they are a party set within 1..n (quorum.h).
void WriteParties(Writer& writer, std::span<const PartyIndex> parties);
std::vector<PartyIndex> ReadParties(Reader& reader, std::uint16_t n);

// public_part followed by the scalar: the only way a share is put into bytes. The result is sized once.
template <curve::Group G = curve::Secp256k1>
crypto::SecretBytes AppendSecret(ByteSpan public_part, const curve::SecretScalarOf<G>& secret);

}  // namespace passport::sharing
