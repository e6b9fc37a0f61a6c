#include "trusted/cbor/cbor.h"

#include <limits>

namespace passport::cbor {
namespace {

constexpr std::uint8_t kFalse = 0xf4;
constexpr std::uint8_t kNull = 0xf6;
constexpr std::uint8_t kIndefiniteMap = 0xbf;
constexpr std::uint8_t kBreak = 0xff;

}  // namespace

ByteSpan CborReader::Take(std::size_t size) {
  if (size > rest_.size()) Reject();
  if (failed_) return {};
  const ByteSpan out = rest_.first(size);
  rest_ = rest_.subspan(size);
  return out;
}

std::uint64_t CborReader::Head(Major expected) {
  const ByteSpan first = Take(1);
  if (first.empty() || first[0] >> 5 != static_cast<std::uint8_t>(expected)) {
    Reject();
    return 0;
  }
  const unsigned info = first[0] & 31u;
  if (info < 24) return info;
  if (info > 27) {  // reserved, or an indefinite length
    Reject();
    return 0;
  }
  const std::size_t size = std::size_t{1} << (info - 24);
  std::uint64_t value = 0;
  for (const std::uint8_t byte : Take(size)) value = value << 8 | byte;
  // A value that fits into the next shorter form belongs there.
  const std::uint64_t shorter_max =
      size == 1 ? 23 : std::numeric_limits<std::uint64_t>::max() >> (64 - 4 * size);
  if (value <= shorter_max) Reject();
  return failed_ ? 0 : value;
}

std::uint64_t CborReader::Unsigned() { return Head(Major::kUnsigned); }

std::int64_t CborReader::Integer() {
  const bool negative = !rest_.empty() && rest_[0] >> 5 == static_cast<std::uint8_t>(Major::kNegative);
  const std::uint64_t value = Head(negative ? Major::kNegative : Major::kUnsigned);
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    Reject();
    return 0;
  }
  const auto number = static_cast<std::int64_t>(value);
  return negative ? -1 - number : number;
}

ByteSpan CborReader::String(std::size_t size_max) {
  const std::uint64_t size = Head(Major::kBytes);
  if (size > size_max) Reject();
  return Take(failed_ ? 0 : static_cast<std::size_t>(size));
}

std::string_view CborReader::Text(std::size_t size_max) {
  const std::uint64_t size = Head(Major::kText);
  if (size > size_max) Reject();
  return AsText(Take(failed_ ? 0 : static_cast<std::size_t>(size)));
}

std::optional<ByteSpan> CborReader::StringOrNull(std::size_t size_max) {
  if (!rest_.empty() && rest_[0] == kNull) {
    Take(1);
    return std::nullopt;
  }
  return String(size_max);
}

std::size_t CborReader::Array(std::size_t count_max) {
  const std::uint64_t count = Head(Major::kArray);
  if (count > count_max) Reject();
  return failed_ ? 0 : static_cast<std::size_t>(count);
}

std::size_t CborReader::Map(std::size_t count_max) {
  const std::uint64_t count = Head(Major::kMap);
  if (count > count_max) Reject();
  return failed_ ? 0 : static_cast<std::size_t>(count);
}

CborReader::OpenMap CborReader::MapOfAnyLength(std::size_t count_max) {
  OpenMap out;
  if (!rest_.empty() && rest_[0] == kIndefiniteMap) {
    Take(1);
  } else {
    out.left_ = Map(count_max);
  }
  return out;
}

bool CborReader::OpenMap::NextPair(CborReader& in) {
  if (in.failed_) return false;
  if (left_.has_value()) {
    if (*left_ == 0) return false;
    --*left_;
    return true;
  }
  if (in.rest_.empty()) {
    in.Reject();
    return false;
  }
  if (in.rest_[0] != kBreak) return true;
  in.Take(1);
  return false;
}

void CborReader::Skip(unsigned depth_max) {
  if (failed_ || rest_.empty()) return Reject();
  const auto major = static_cast<Major>(rest_[0] >> 5);
  switch (major) {
    case Major::kUnsigned:
    case Major::kNegative:
      Head(major);
      return;
    case Major::kBytes:
      String(rest_.size());
      return;
    case Major::kText:
      Text(rest_.size());
      return;
    case Major::kArray:
    case Major::kMap: {
      if (depth_max == 0) return Reject();
      const bool is_map = major == Major::kMap;
      std::size_t left = is_map ? 2 * Map(kSkippedCountMax) : Array(kSkippedCountMax);
      for (; left > 0 && !failed_; --left) Skip(depth_max - 1);
      return;
    }
    case Major::kTag:
    case Major::kSimple:
      if (rest_[0] < kFalse || rest_[0] > kNull) return Reject();
      Take(1);
      return;
  }
}

Bytes CborString(ByteSpan bytes) {
  Bytes out;
  const std::size_t size = bytes.size();
  if (size < 24) {
    out = {static_cast<std::uint8_t>(0x40 | size)};
  } else if (size < 0x100) {
    out = {0x58, static_cast<std::uint8_t>(size)};
  } else {
    PASSPORT_CHECK(size < 0x10000);
    out = {0x59, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
  }
  Append(out, bytes);
  return out;
}

}  // namespace passport::cbor
