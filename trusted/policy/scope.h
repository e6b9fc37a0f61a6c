// A scope: its owners, its configuration as signed, and what that permits.
#pragma once

#include <string>
#include <vector>

#include "edl/base/ids.h"
#include "trusted/auth/envelope.h"
#include "trusted/crypto/p256.h"

namespace passport::policy {

// Which signing methods a scope permits.
struct Permissions {
  bool personal_sign = true;
  bool typed_data = true;
  bool transaction = true;
  bool contract_creation = false;  // absent in a config: on in a devnet, off in production (rules.md 38)
  bool set_code = false;           // EIP-7702: transactions of type 4 and eth_signAuthorization (rules.md 38)
};

// A parsed configuration.
struct ScopeConfig {
  Permissions permissions;
  std::optional<ScopeId> scope;           // if it names a scope, it is for that one only
  std::optional<std::uint64_t> revision;  // if present, it must rise with every update
};

// The config text on the wire: base64 of JSON, or the JSON itself (wire-api.md 6.3). Unknown members are an
// error with their name, because a limit that is silently ignored protects nobody. kBadBase64, kScopeConfig,
// kTooLarge.
auth::Checked<ScopeConfig> ParseScopeConfig(std::string_view config, bool devnet);

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

inline constexpr std::size_t kConfigBytesMax = 16'384;
inline constexpr std::uint32_t kUsedMax = 512;

}  // namespace passport::policy
