#include "trusted/crypto/tagged_hash.h"

#include <algorithm>
#include <string>

namespace passport::crypto {
namespace {

template <class T>
ByteArray<sizeof(T)> LittleEndian(T v) {
  ByteArray<sizeof(T)> out;
  for (std::size_t i = 0; i < sizeof(T); ++i) out[i] = static_cast<std::uint8_t>(v >> (8 * i));
  return out;
}

}  // namespace

ByteArray<2> Le16(std::uint16_t v) { return LittleEndian(v); }
ByteArray<4> Le32(std::uint32_t v) { return LittleEndian(v); }
ByteArray<8> Le64(std::uint64_t v) { return LittleEndian(v); }

Sha256 TaggedState(Tag tag, const Hash32& context) {
  Sha256 state;
  state.Update(HashSha256(AsBytes(tag.text))).Update(context);
  return state;
}

Hash32 TaggedHash(Tag tag, const Hash32& context, std::initializer_list<ByteSpan> parts) {
  Sha256 state = TaggedState(tag, context);
  for (const ByteSpan part : parts) state.Update(part);
  return state.Final();
}

void TaggedXof(Tag tag, const Hash32& context, std::initializer_list<ByteSpan> parts,
               std::span<std::uint8_t> out) {
  const Hash32 key = TaggedHash(tag, context, parts);
  const std::string stream_tag = std::string(tag.text) + "/x";
  Sha256 prefix = TaggedState(Tag{stream_tag}, context);
  prefix.Update(key);
  std::uint32_t counter = 0;
  for (std::size_t done = 0; done < out.size(); ++counter) {
    Sha256 state = prefix;
    const Hash32 block = state.Update(Le32(counter)).Final();
    const std::size_t n = std::min(block.size(), out.size() - done);
    std::copy_n(block.begin(), n, out.begin() + static_cast<std::ptrdiff_t>(done));
    done += n;
  }
}

}  // namespace passport::crypto
