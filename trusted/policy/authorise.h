// Caller + request + records -> Grant or refusal: the list of gates that all must pass (architecture.md 5).
#pragma once

#include "trusted/api/request.h"
#include "trusted/auth/evidence.h"
#include "trusted/auth/user.h"
#include "trusted/policy/account.h"
#include "trusted/policy/grant.h"
#include "trusted/policy/scope.h"

namespace passport::policy {

// Who a request comes from, as its proofs show.
struct Caller {
  std::string username;
  bool developer_key = false;              // a key assertion by one of the scope's keys came with the request
  std::optional<auth::Binding> bind = {};  // what that key has signed about the request
  derive::Path path = {};                  // of the key that is asked for
  bool session = false;                    // a session of the account that holds came with it
};

// The network that a request is made to.
struct NetworkFacts {
  ByteArray<16> id{};
  bool devnet = false;
};

// The developer key's proof of a wallet request, verified against the scope's keys. kMissingHeader, and the
// errors of trusted/auth.
auth::Checked<Caller> Authenticate(const auth::Evidence& evidence, const Scope& scope);
// The same for a registration, whose user and proof travel in params.
auth::Checked<Caller> AuthenticateRegistration(const auth::Evidence& evidence,
                                               const api::DelegatedRegistration& request, const Scope& scope);

// Whether a scope registers accounts of this control; its configuration, of which the account keeps what no
// later one may loosen. kNotPermitted, kScopeConfig.
auth::Checked<ScopeConfig> CheckRegistration(const Scope& scope, Control control,
                                             const NetworkFacts& network);

// Whether the proof is about this request, if the account or the proof itself asks for that (rules.md 24).
// kNotBound.
auth::Checked<Unit> CheckBound(const Caller& caller, const Account& account, const api::Call& call,
                               const NetworkFacts& network);

// Whether the caller's proofs are those that the account demands (rules.md 4). kUnauthorized, kPending.
auth::Checked<Unit> CheckControl(const Caller& caller, const Account& account);

// The username of a wallet request without judging its proof: names the account record to be fetched.
auth::Checked<std::string> ClaimedUsername(const auth::Evidence& evidence);

class Authoriser {
 public:
  // Gates, in order: control, binding, method permitted by the scope, contract creation, sender. Each enclave
  // runs them on its own records, with the account's key at the caller's path. kNotPermitted, kWrongAccount
  // and those of CheckControl and CheckBound.
  static auth::Checked<Grant> Authorise(const Caller& caller, const ScopeConfig& config,
                                        const Account& account, const api::Call& call,
                                        const NetworkFacts& network, const SigningKey& key);
};

}  // namespace passport::policy
