#include "edl/base/codec.h"

namespace passport {

Writer& Writer::Raw(ByteSpan bytes) {
  Append(out_, bytes);
  return *this;
}

Writer& Writer::Var(ByteSpan bytes) {
  PASSPORT_CHECK(bytes.size() <= UINT32_MAX);
  U32(static_cast<std::uint32_t>(bytes.size()));
  return Raw(bytes);
}

bool Reader::Bool() {
  const std::uint8_t v = U8();
  if (v > 1) Reject();
  return v == 1;
}

ByteSpan Reader::Raw(std::size_t size) {
  if (failed_ || size > rest_.size()) {
    Reject();
    return {};
  }
  const ByteSpan out = rest_.first(size);
  rest_ = rest_.subspan(size);
  return out;
}

ByteSpan Reader::Var(std::size_t size_max) {
  const std::uint32_t size = U32();
  if (size > size_max) {
    Reject();
    return {};
  }
  return Raw(size);
}

std::uint32_t Reader::Count(std::uint32_t max) {
  const std::uint32_t count = U32();
  if (count > max) Reject();
  return failed_ ? 0 : count;
}

}  // namespace passport
