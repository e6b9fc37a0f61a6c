#include "trusted/derive/path.h"

#include "edl/base/codec.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::derive {
namespace {

constexpr std::uint64_t kHardened = std::uint64_t{1} << 31;
constexpr std::size_t kDigitsMax = 10;  // of 2^31 - 1

Result<std::uint32_t> ParseIndex(std::string_view text) {
  if (text.empty() || text.size() > kDigitsMax || (text.size() > 1 && text[0] == '0')) {
    return Fail(Status::kMalformed);
  }
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return Fail(Status::kMalformed);
    value = 10 * value + static_cast<std::uint64_t>(c - '0');
  }
  if (value >= kHardened) return Fail(Status::kMalformed);
  return static_cast<std::uint32_t>(value);
}

}  // namespace

Result<Path> Path::Parse(std::string_view text) {
  if (text.empty() || text[0] != 'm') return Fail(Status::kMalformed);
  text.remove_prefix(1);
  Path out;
  while (!text.empty()) {
    if (text[0] != '/' || out.indices_.size() == kPathDepthMax) return Fail(Status::kMalformed);
    text.remove_prefix(1);
    const std::string_view step = text.substr(0, text.find('/'));
    PASSPORT_TRY(const std::uint32_t index, ParseIndex(step));
    out.indices_.push_back(index);
    text.remove_prefix(step.size());
  }
  return out;
}

Hash32 Path::Digest() const {
  if (indices_.empty()) return {};
  Writer writer;
  for (const std::uint32_t index : indices_) writer.U32(index);
  return crypto::TaggedHash(crypto::tag::kBip32Path, Hash32{}, {writer.bytes()});
}

}  // namespace passport::derive
