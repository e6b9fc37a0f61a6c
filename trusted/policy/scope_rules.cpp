#include "trusted/policy/scope_rules.h"

#include <algorithm>

namespace passport::policy {

using api::ErrorCode;
using api::MakeError;
using auth::Checked;

Checked<VerifiedConfig> VerifyConfig(const api::SignedConfig& signed_config, bool devnet) {
  const auto owner = crypto::ParseP256(signed_config.public_key);
  if (!owner.ok())
    return Fail(MakeError(ErrorCode::kProof, "public_key must be the SPKI DER of a P-256 key"));
  const auto signature = crypto::ParseP256Signature(signed_config.signature);
  if (!signature.ok()) return Fail(MakeError(ErrorCode::kProof, "signature must be a DER ECDSA signature"));
  if (!crypto::VerifyP256(owner.value(), AsBytes(signed_config.config), signature.value())) {
    return Fail(MakeError(ErrorCode::kUnauthorized, "the signature does not sign config under public_key"));
  }
  PASSPORT_TRY(const ScopeConfig config, ParseScopeConfig(signed_config.config, devnet));
  return VerifiedConfig{owner.value(), signature.value().r, config, signed_config.config};
}

namespace {

// A config that names its scope and a rising revision cannot be replayed, so its r need not be remembered for
// ever.
bool MustRemember(const ScopeConfig& config) { return !config.scope || !config.revision; }

// A use for the same scope is not held against a change: it may be the same change, proposed again after a
// lost answer.
bool UsedElsewhere(const SeenSignatures& seen, const VerifiedConfig& verified, const ScopeId& scope) {
  const auto used = seen.UsedFor(verified.owner, verified.r);
  return used && *used != scope;
}

}  // namespace

Checked<Scope> CreateScope(const VerifiedConfig& verified, const SeenSignatures& seen) {
  const ScopeId id = ScopeIdFor(verified.owner, verified.r);
  if (UsedElsewhere(seen, verified, id)) return Fail(MakeError(ErrorCode::kReplay));
  if (verified.config.scope && *verified.config.scope != id) {
    return Fail(
        MakeError(ErrorCode::kScopeConfig, "scope_id names another scope; leave it out when creating one"));
  }
  return Scope{id, {verified.owner}, verified.text, {verified.r}};
}

Checked<Scope> UpdateScope(const Scope& before, const VerifiedConfig& verified, bool devnet,
                           const SeenSignatures& seen) {
  if (std::ranges::find(before.owners, verified.owner) == before.owners.end()) {
    return Fail(MakeError(ErrorCode::kWrongOwner));
  }
  if (verified.config.scope && *verified.config.scope != before.id) {
    return Fail(MakeError(ErrorCode::kScopeConfig, "scope_id names another scope"));
  }
  if (seen.UsedFor(verified.owner, verified.r) ||
      std::ranges::find(before.used, verified.r) != before.used.end()) {
    return Fail(MakeError(ErrorCode::kReplay));
  }
  PASSPORT_TRY(const ScopeConfig old, ParseScopeConfig(before.config, devnet));
  if (old.revision && (!verified.config.revision || *verified.config.revision <= *old.revision)) {
    return Fail(MakeError(ErrorCode::kReplay, "revision must be above " + std::to_string(*old.revision)));
  }
  Scope after = before;
  after.config = verified.text;
  if (MustRemember(verified.config)) {
    if (after.used.size() >= kUsedMax) {
      return Fail(MakeError(ErrorCode::kScopeConfig,
                            "too many updates without scope_id and revision in the config: add both"));
    }
    after.used.push_back(verified.r);
  }
  return after;
}

}  // namespace passport::policy
