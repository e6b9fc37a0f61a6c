// A scope: its owners, its configuration as signed, and what that permits.
#pragma once

#include <string>
#include <vector>

#include "edl/base/ids.h"
#include "trusted/crypto/p256.h"
#include "trusted/policy/scope_config.h"

namespace passport::policy {

struct Scope {
  ScopeId id;
  std::vector<crypto::P256PublicKey> owners;
  std::string config;               // the exact text that an owner signed last
  std::vector<ByteArray<32>> used;  // r of every signature that ever changed this scope (rules.md 3)

  Bytes Encode() const;  // first byte 1 (format)
  static Result<Scope> Parse(ByteSpan bytes);
};

// The id that a creating signature gives: the same signature can make only one scope.
ScopeId ScopeIdFor(const crypto::P256PublicKey& owner, const ByteArray<32>& r);

inline constexpr std::uint32_t kUsedMax = 512;

}  // namespace passport::policy
