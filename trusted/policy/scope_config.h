// The configuration of a scope: what its owner signed, parsed. Every member is in untrusted/rpc/scope.json
// too, the schema that clients read.
#pragma once

#include <optional>
#include <string>

#include "trusted/auth/envelope.h"
#include "trusted/crypto/identity.h"
#include "trusted/policy/account.h"

namespace passport::policy {

// Which signing methods a scope permits.
struct Permissions {
  bool personal_sign = true;
  bool typed_data = true;
  bool transaction = true;
  bool contract_creation = false;  // absent in a config: on in a devnet, off in production (rules.md 38)
  bool set_code = false;           // EIP-7702: transactions of type 4 and eth_signAuthorization (rules.md 38)
};

// For whom passkeys are made and from which pages they may be used.
struct RelyingParty {
  std::string id;      // a domain: the host of the origin, or one that it ends with
  std::string origin;  // exactly as browsers write it
  std::string name;    // what authenticators show; the id if the config has none
};

// Which kinds of accounts may be registered.
struct Controls {
  bool user = true;
  bool developer = true;
  bool hybrid = true;
  bool Has(Control control) const {
    return control == Control::kUser ? user : control == Control::kDeveloper ? developer : hybrid;
  }
};

// An operator's word that the owner's key may create scopes (peer::ScopeTokenStatement).
struct OperatorToken {
  PartyIndex party;  // whose operator
  crypto::Ed25519Signature signature{};
};
inline constexpr std::uint32_t kSessionLifetimeS = 864'000;  // as published clients know it (wire-api.md 8.4)

struct ScopeConfig {
  Permissions permissions;
  std::optional<RelyingParty> rp;
  Controls accounts;
  RequestBinding binding = RequestBinding::kLegacy;  // of accounts that register from now on
  // For how long a legacy request's encrypted user is taken after it was first seen; 0: for ever.
  std::uint32_t replay_window_s = 0;
  std::uint32_t session_lifetime_s = kSessionLifetimeS;  // of sessions that begin from now on
  bool accepts_foreign = true;                  // attestation of passkeys that nobody verified counts as none
  std::optional<std::uint32_t> accounts_max;    // limits.accounts
  std::optional<OperatorToken> operator_token;  // for the creation of the scope
  std::optional<ScopeId> scope;                 // if it names a scope, it is for that one only
  std::optional<std::uint64_t> revision;        // if present, it must rise with every update
};

// The config text on the wire: base64 of JSON, or the JSON itself (wire-api.md 6.3). Unknown members are an
// error with their name, because a limit that is silently ignored protects nobody. kBadBase64, kScopeConfig,
// kTooLarge.
auth::Checked<ScopeConfig> ParseScopeConfig(std::string_view config, bool devnet);

// The refusal of a configuration: one sentence that names the member.
inline Failure<api::Error> InvalidConfig(std::string what) {
  return Fail(api::MakeError(api::ErrorCode::kScopeConfig, std::move(what)));
}

inline constexpr std::size_t kConfigBytesMax = 16'384;
inline constexpr std::uint32_t kAccountsMax = 1'000'000;
inline constexpr std::uint32_t kReplayWindowMinS = 10;
inline constexpr std::uint32_t kReplayWindowMaxS = 86'400;
inline constexpr std::uint32_t kSessionLifetimeMinS = 60;
inline constexpr std::uint32_t kSessionLifetimeMaxS = 2'592'000;

}  // namespace passport::policy
