#include "trusted/policy/authorise.h"

#include "trusted/auth/key_assertion.h"
#include "trusted/eth/message.h"

namespace passport::policy {
namespace {

using api::ErrorCode;
using api::MakeError;
using auth::Checked;

constexpr const char* kSetCodeAdvice = "EIP-7702: set permissions.set_code in the scope";

Checked<Unit> RequireHeader(const std::string& value, const char* name) {
  if (value.empty()) return Fail(MakeError(ErrorCode::kMissingHeader, name));
  return Unit{};
}

// Method gate and digest in one place: what may be signed is exactly what was judged.
struct Judged {
  bool permitted;
  Digest digest;
  std::optional<eth::Address> from;
};

Checked<Judged> JudgeRequest(const api::Request& request, const Permissions& permissions) {
  if (const auto* message = std::get_if<api::PersonalSign>(&request)) {
    return Judged{permissions.personal_sign, eth::PersonalMessageDigest(message->message), {}};
  }
  if (const auto* typed = std::get_if<api::SignTypedData>(&request)) {
    if (typed->typed_data.domain_is_empty) {
      return Fail(
          MakeError(ErrorCode::kTypedData,
                    "the domain is empty: what is signed would be good for every contract on every chain"));
    }
    return Judged{permissions.typed_data, typed->typed_data.digest, {}};
  }
  if (const auto* transaction = std::get_if<api::SignTransaction>(&request)) {
    const eth::Transaction& tx = transaction->transaction;
    if (tx.CreatesContract() && !permissions.contract_creation) {
      return Fail(MakeError(ErrorCode::kNotPermitted,
                            "contract creation: set permissions.contract_creation in the scope"));
    }
    if (tx.SetsCode() && !permissions.set_code)
      return Fail(MakeError(ErrorCode::kNotPermitted, kSetCodeAdvice));
    return Judged{permissions.transaction, tx.SigningDigest(), tx.from};
  }
  if (const auto* authorization = std::get_if<api::SignAuthorization>(&request)) {
    if (!permissions.set_code) return Fail(MakeError(ErrorCode::kNotPermitted, kSetCodeAdvice));
    return Judged{permissions.set_code, authorization->authorization.SigningDigest(), {}};
  }
  return Fail(MakeError(ErrorCode::kInvalidRequest, "not a signing request"));
}

// The user that the headers of a wallet request name, before anything is proved.
Checked<auth::User> ClaimedUser(const auth::Evidence& evidence) {
  if (!evidence.has_key) return Fail(MakeError(ErrorCode::kMissingHeader, "X-Encrypted-Key"));
  PASSPORT_TRY_VOID(RequireHeader(evidence.encrypted_user, "X-Encrypted-User"));
  PASSPORT_TRY(const std::string user,
               auth::OpenText(evidence.client_key, evidence.encrypted_user, "X-Encrypted-User"));
  return auth::ParseUser(user);
}

}  // namespace

Checked<std::string> ClaimedUsername(const auth::Evidence& evidence) {
  PASSPORT_TRY(auth::User user, ClaimedUser(evidence));
  return std::move(user.username);
}

Checked<Caller> Authenticate(const auth::Evidence& evidence, const Scope& scope) {
  PASSPORT_TRY(auth::User user, ClaimedUser(evidence));
  PASSPORT_TRY_VOID(RequireHeader(evidence.encrypted_key_signature, "X-Encrypted-Key-Signature"));
  PASSPORT_TRY(
      const std::string assertion,
      auth::OpenText(evidence.client_key, evidence.encrypted_key_signature, "X-Encrypted-Key-Signature"));
  PASSPORT_TRY_VOID(auth::VerifyKeyAssertion(assertion, evidence.encrypted_user, scope.owners));
  PASSPORT_TRY(derive::Path path, ParsePath(user.derivation_path));
  return Caller{std::move(user.username), true, std::move(user.bind), std::move(path)};
}

Checked<Caller> AuthenticateRegistration(const auth::Evidence& evidence,
                                         const api::DelegatedRegistration& request, const Scope& scope) {
  if (!evidence.has_key) return Fail(MakeError(ErrorCode::kMissingHeader, "X-Encrypted-Key"));
  PASSPORT_TRY(const std::string text,
               auth::OpenText(evidence.client_key, request.encrypted_user, "params.encrypted_user"));
  PASSPORT_TRY(auth::User user, auth::ParseUser(text));
  PASSPORT_TRY(const std::string assertion,
               auth::OpenText(evidence.client_key, request.encrypted_key_signature,
                              "params.encrypted_credential.KeySignature"));
  PASSPORT_TRY_VOID(auth::VerifyKeyAssertion(assertion, request.encrypted_user, scope.owners));
  return Caller{std::move(user.username), true, std::move(user.bind), {}};
}

Checked<ScopeConfig> CheckRegistration(const Scope& scope, Control control, const NetworkFacts& network) {
  PASSPORT_TRY(ScopeConfig config, ParseScopeConfig(scope.config, network.devnet));
  if (!config.accounts.Has(control)) {
    return Fail(MakeError(ErrorCode::kNotPermitted,
                          "the scope does not register accounts of this kind: see "
                          "`accounts` in its configuration"));
  }
  return config;
}

Checked<Unit> CheckBound(const Caller& caller, const Account& account, const api::Call& call,
                         const NetworkFacts& network) {
  if (caller.bind)
    return auth::CheckBinding(*caller.bind, {network.id, account.scope, call.method, call.params});
  if (account.binding == RequestBinding::kLegacy) return Unit{};
  return Fail(MakeError(ErrorCode::kNotBound,
                        "the account takes bound requests only: sign a user with the member `bind`"));
}

Checked<Unit> CheckControl(const Caller& caller, const Account& account) {
  if (account.control != Control::kDeveloper && !caller.session)
    return Fail(
        MakeError(ErrorCode::kUnauthorized, "the account is controlled by passkeys: a session is needed"));
  if (account.control != Control::kUser && !caller.developer_key)
    return Fail(MakeError(ErrorCode::kUnauthorized, "the account demands the developer key's proof"));
  if (account.state != AccountState::kActive || account.keys.empty())
    return Fail(MakeError(ErrorCode::kPending));
  return Unit{};
}

Checked<Grant> Authoriser::Authorise(const Caller& caller, const ScopeConfig& config, const Account& account,
                                     const api::Call& call, const NetworkFacts& network,
                                     const SigningKey& key) {
  PASSPORT_TRY_VOID(CheckControl(caller, account));
  PASSPORT_TRY_VOID(CheckBound(caller, account, call, network));
  PASSPORT_TRY(const Judged judged, JudgeRequest(call.request, config.permissions));
  if (!judged.permitted)
    return Fail(MakeError(ErrorCode::kNotPermitted, "the method is not among the scope's permissions"));
  if (judged.from && *judged.from != key.Address()) return Fail(MakeError(ErrorCode::kWrongAccount));
  return Grant(key, judged.digest);
}

}  // namespace passport::policy
