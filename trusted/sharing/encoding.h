// How points, scalars and party sets are written in every message and record of the protocols.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "edl/base/codec.h"
#include "edl/base/ids.h"
#include "trusted/curve/point.h"

namespace passport::sharing {

inline constexpr std::uint16_t kPartiesMax = 64;  // n, and so every vector below (dkls23.md 1.1)
inline constexpr std::size_t kPointSize = 33;
inline constexpr std::size_t kScalarSize = 32;

// One compressed point (33 bytes) or scalar below q (32 bytes, big endian). Anything else fails the reader,
// and what is returned must not be used.
curve::Point ReadPoint(Reader& reader);
curve::Scalar ReadScalar(Reader& reader);

// u16 count and the points; at most kPartiesMax, possibly none. The caller compares the count with its own.
void WritePoints(Writer& writer, std::span<const curve::Point> points);
std::vector<curve::Point> ReadPoints(Reader& reader);

// u16 count and the indices. Fails the reader unless they are a party set within 1..n (quorum.h).
void WriteParties(Writer& writer, std::span<const PartyIndex> parties);
std::vector<PartyIndex> ReadParties(Reader& reader, std::uint16_t n);

// public_part followed by the scalar: the only way a share is put into bytes. The result is sized once.
crypto::SecretBytes AppendSecret(ByteSpan public_part, const curve::SecretScalar& secret);

}  // namespace passport::sharing
