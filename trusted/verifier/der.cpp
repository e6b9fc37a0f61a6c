#include "trusted/verifier/der.h"

namespace passport::verifier {

ByteSpan DerReader::Next(std::uint8_t& tag) {
  if (rest_.size() < 2) {
    Reject();
    return {};
  }
  tag = rest_[0];
  const std::uint8_t first = rest_[1];
  const std::size_t more = first < 0x80 ? 0 : first & 0x7fu;
  if (more > 2 || first == 0x80 || rest_.size() < 2 + more) {
    Reject();
    return {};
  }
  std::size_t size = first;
  if (more == 1) size = rest_[2];
  if (more == 2) size = std::size_t{rest_[2]} << 8 | rest_[3];
  const bool shortest = more == 0 || (more == 1 && size >= 0x80) || (more == 2 && size >= 0x100);
  if (!shortest || size > rest_.size() - 2 - more) {
    Reject();
    return {};
  }
  const ByteSpan out = rest_.subspan(2 + more, size);
  rest_ = rest_.subspan(2 + more + size);
  return out;
}

ByteSpan DerReader::Element(std::uint8_t tag) {
  std::uint8_t found = 0;
  const ByteSpan out = Next(found);
  if (!failed_ && found != tag) Reject();
  return failed_ ? ByteSpan{} : out;
}

ByteSpan DerReader::Any() {
  std::uint8_t tag = 0;
  return Next(tag);
}

std::uint64_t DerReader::Unsigned(std::uint64_t max) {
  ByteSpan digits = Element(kDerInteger);
  const bool minimal = digits.size() < 2 || digits[0] != 0 || (digits[1] & 0x80) != 0;
  if (digits.empty() || digits.size() > 8 || !minimal || (digits[0] & 0x80) != 0) {
    Reject();
    return 0;
  }
  std::uint64_t value = 0;
  for (const std::uint8_t digit : digits) value = value << 8 | digit;
  if (value > max) Reject();
  return failed_ ? 0 : value;
}

}  // namespace passport::verifier
