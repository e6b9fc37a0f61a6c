// Who may create and change a scope: pure functions from the scope before and a signed configuration to the
// scope after.
#pragma once

#include "trusted/api/request.h"
#include "trusted/policy/scope.h"

namespace passport::policy {

// Signatures of scope owners that this enclave has seen, across all scopes (rules.md 3).
class SeenSignatures {
 public:
  virtual ~SeenSignatures() = default;
  virtual std::optional<ScopeId> UsedFor(const crypto::P256PublicKey& owner,
                                         const ByteArray<32>& r) const = 0;
};

// A signed configuration whose signature holds.
struct VerifiedConfig {
  crypto::P256PublicKey owner;
  ByteArray<32> r;
  ScopeConfig config;
  std::string text;  // what was signed
};
// kBadBase64, kProof (key or DER), kUnauthorized, kScopeConfig, kTooLarge.
auth::Checked<VerifiedConfig> VerifyConfig(const api::SignedConfig& signed_config, bool devnet);

// The scope that a first signature makes. kReplay if the signature has been used; kScopeConfig if the config
// names another scope.
auth::Checked<Scope> CreateScope(const VerifiedConfig& verified, const SeenSignatures& seen);
// The scope after an update to a configuration that VerifyConfig has verified. kWrongOwner, kReplay (also
// when `revision` does not rise), kScopeConfig.
auth::Checked<Scope> UpdateScope(const Scope& before, const VerifiedConfig& verified, bool devnet,
                                 const SeenSignatures& seen);

}  // namespace passport::policy
