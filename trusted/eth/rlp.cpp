// RLP encoding.
#include "trusted/eth/rlp.h"

namespace passport::eth {
namespace {

constexpr std::uint8_t kStringBase = 0x80;
constexpr std::uint8_t kListBase = 0xc0;
constexpr std::size_t kShortSizeMax = 55;

void AppendHeader(Bytes& out, std::uint8_t base, std::size_t size) {
  if (size <= kShortSizeMax) {
    out.push_back(static_cast<std::uint8_t>(base + size));
    return;
  }
  const U256 long_size = U256::From(size);
  const ByteSpan size_bytes = long_size.Trimmed();
  out.push_back(static_cast<std::uint8_t>(base + kShortSizeMax + size_bytes.size()));
  Append(out, size_bytes);
}

}  // namespace

RlpList& RlpList::AddBytes(ByteSpan bytes) {
  const bool is_own_encoding = bytes.size() == 1 && bytes[0] < kStringBase;
  if (!is_own_encoding) AppendHeader(payload_, kStringBase, bytes.size());
  Append(payload_, bytes);
  return *this;
}

RlpList& RlpList::AddList(const RlpList& list) {
  Append(payload_, list.Encode());
  return *this;
}

Bytes RlpList::Encode() const {
  Bytes out;
  AppendHeader(out, kListBase, payload_.size());
  Append(out, payload_);
  return out;
}

}  // namespace passport::eth
