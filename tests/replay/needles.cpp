#include "tests/replay/needles.h"

#include <algorithm>
#include <cstring>

namespace passport::replay {
namespace {

std::uint64_t StartOf(const std::uint8_t* at) {
  std::uint64_t out;
  std::memcpy(&out, at, sizeof out);
  return out;
}

std::size_t PrefixOf(const std::uint8_t* at) { return at[0] | std::size_t{at[1]} << 8; }

// The characters of a base64 text that depend on these bytes only, when `shift` bytes modulo 3 precede them.
std::string Base64Core(ByteSpan secret, std::size_t shift, std::string (*encode)(ByteSpan)) {
  Bytes shifted(shift);
  Append(shifted, secret);
  const std::size_t from = (shift * 8 + 5) / 6;
  const std::size_t to = shifted.size() * 8 / 6;
  return encode(shifted).substr(from, to - from);
}

}  // namespace

void Needles::AddForm(std::string name, Bytes bytes) {
  by_start_.emplace(StartOf(bytes.data()), needles_.size());
  starts_[PrefixOf(bytes.data())] = true;
  needles_.push_back({std::move(name), std::move(bytes)});
}

void Needles::Add(const std::string& name, ByteSpan secret) {
  PASSPORT_CHECK(secret.size() >= 16);
  AddForm(name + " raw", ToBytes(secret));
  AddForm(name + " reversed", Bytes(secret.rbegin(), secret.rend()));
  std::string hex = ToHex(secret);
  AddForm(name + " hex", ToBytes(hex));
  std::ranges::transform(hex, hex.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  AddForm(name + " HEX", ToBytes(hex));
  for (std::size_t shift = 0; shift < 3; ++shift) {
    AddForm(name + " base64", ToBytes(Base64Core(secret, shift, ToBase64)));
    AddForm(name + " base64url", ToBytes(Base64Core(secret, shift, ToBase64Url)));
  }
}

std::vector<std::string> Needles::FindIn(ByteSpan haystack) const {
  std::vector<std::string> out;
  for (std::size_t at = 0; at + 8 <= haystack.size(); ++at) {
    const std::uint8_t* here = haystack.data() + at;
    if (!starts_[PrefixOf(here)]) continue;
    const auto [first, last] = by_start_.equal_range(StartOf(here));
    for (auto entry = first; entry != last; ++entry) {
      const Needle& needle = needles_[entry->second];
      if (needle.bytes.size() <= haystack.size() - at &&
          std::memcmp(here, needle.bytes.data(), needle.bytes.size()) == 0)
        out.push_back(needle.name);
    }
  }
  return out;
}

}  // namespace passport::replay
