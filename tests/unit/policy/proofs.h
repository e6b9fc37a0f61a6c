// What a client of one scope sends, part by part, so that each part can be replaced by a wrong one.
#pragma once

#include <map>

#include "tools/client/developer_key.h"
#include "trusted/api/request.h"
#include "trusted/auth/evidence.h"
#include "trusted/core/changes.h"
#include "trusted/crypto/aead.h"
#include "trusted/curve/point.h"
#include "trusted/policy/account.h"
#include "trusted/policy/scope.h"

namespace passport::policy_test {

// A JSON object as its members' JSON texts.
using Members = std::map<std::string, std::string>;
std::string ToJson(const Members& members);
std::string UserJson(std::string_view username);

// Seals texts under one AES key, as a client does with everything that X-Encrypted-Key covers.
class Envelope {
 public:
  explicit Envelope(std::uint64_t seed) : rng_(seed), key_(rng_.Key()) {}
  std::string Seal(std::string_view text);
  const crypto::SecretKey32& key() const { return key_; }

 private:
  crypto::SeededRng rng_;
  crypto::SecretKey32 key_;
};

// The key assertion of wire-api.md 9.2: the developer's signature over a ciphertext text.
Members KeyAssertion(const client::DeveloperKey& key, std::string_view client_data);

policy::Scope ScopeOf(const client::DeveloperKey& key, std::string_view config = "{}");
// The public key of private key 1: an account of this key has a well-known address.
curve::Point BasePoint();
// An account with that one key, registered and active.
policy::Account ActiveAccount(const ScopeId& scope, policy::Control control);

// A wallet request by the developer of the scope, right in every part.
auth::Evidence WalletEvidence(Envelope& envelope, const client::DeveloperKey& key, const ScopeId& scope,
                              std::string_view username, std::string_view body);
// A registration: user and proof are in params, the user header says null (wire-api.md 4).
auth::Evidence RegistrationEvidence(Envelope& envelope, const client::DeveloperKey& key, const ScopeId& scope,
                                    std::string_view username);
// Of an enclave without shares: only the accounts' own keys are known.
class NoChainCodes final : public core::ChainCodeView {
 public:
  std::variant<Hash32, api::Error, replica::NeedRecords> Of(const policy::AccountKey&) override {
    return api::MakeError(api::ErrorCode::kTooFewNodes);
  }
};
std::string RpcBody(std::string_view method, std::string_view params);

}  // namespace passport::policy_test
