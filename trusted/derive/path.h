// Paths of BIP-32 without hardened steps: the only ones that shares of a key can follow (dkls23.md 7.7).
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "edl/base/bytes.h"

namespace passport::derive {

inline constexpr std::size_t kPathDepthMax = 16;

// The indices from a root key down to one of its descendants; none for the root itself.
class Path {
 public:
  Path() = default;  // the root
  // "m", "m/0/5": at most kPathDepthMax indices below 2^31, decimal, without sign, leading zeros or spaces.
  // kMalformed otherwise; a hardened step is refused too.
  static Result<Path> Parse(std::string_view text);

  std::span<const std::uint32_t> indices() const { return indices_; }
  // What a run's id binds (sign::SsidInput::path): zero for the root, else TH("bip32/path", 0, LE32 of each
  // index).
  Hash32 Digest() const;

 private:
  std::vector<std::uint32_t> indices_;
};

}  // namespace passport::derive
