// TH, XOF and Com of dkls23.md 1.4: SHA-256 with tag and 32-byte context in one 64-byte prefix.
#pragma once

#include <initializer_list>

#include "trusted/crypto/hash.h"
#include "trusted/crypto/tags.h"

namespace passport::crypto {

// TH(tag, ctx, parts...) = SHA256(SHA256(tag) || ctx || parts...): an incremental state with the prefix
// already in it.
Sha256 TaggedState(Tag tag, const Hash32& context);
Hash32 TaggedHash(Tag tag, const Hash32& context, std::initializer_list<ByteSpan> parts);
// XOF(tag, ctx, data, n): n bytes, blocks TH(tag + "/x", ctx, TH(tag, ctx, data) || LE32 counter).
void TaggedXof(Tag tag, const Hash32& context, std::initializer_list<ByteSpan> parts,
               std::span<std::uint8_t> out);

// Little-endian integers as bytes, for hashed fixed layouts.
ByteArray<2> Le16(std::uint16_t v);
ByteArray<4> Le32(std::uint32_t v);
ByteArray<8> Le64(std::uint64_t v);

}  // namespace passport::crypto
