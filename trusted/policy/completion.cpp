#include "trusted/policy/completion.h"

#include <algorithm>

#include "edl/base/uuid.h"
#include "trusted/auth/key_assertion.h"
#include "trusted/crypto/hash.h"
#include "trusted/policy/account_passkeys.h"
#include "trusted/policy/record_ids.h"

namespace passport::policy {
namespace {

using api::ErrorCode;
using api::MakeError;
using auth::Checked;
using passkey::CeremonyKind;

api::Error ErrorFor(Status status) {
  constexpr std::pair<Status, const char*> kReasons[] = {
      {Status::kWebauthnFormat, "it is not in the form that WebAuthn prescribes"},
      {Status::kWebauthnType, "it is of another kind of ceremony"},
      {Status::kWebauthnChallenge, "it answers another challenge"},
      {Status::kWebauthnOrigin, "it comes from a page that is not the scope's rp.origin"},
      {Status::kWebauthnRpId, "it is for another rp.id"},
      {Status::kWebauthnFlags, "the user was not present and verified"},
      {Status::kWebauthnAlgorithm, "its key is neither ES256 nor RS256"},
      {Status::kWebauthnKey, "its key is malformed"},
      {Status::kWebauthnAttestation, "its attestation does not verify or is not accepted"},
      {Status::kWebauthnCounter, "its counter has not risen: another authenticator may have a copy of it"},
  };
  if (status == Status::kBadSignature) return MakeError(ErrorCode::kUnauthorized);
  const auto* row = std::ranges::find(kReasons, status, &std::pair<Status, const char*>::first);
  return MakeError(ErrorCode::kPasskey, row == std::end(kReasons) ? "" : row->second);
}

// Everything that was sent, opened.
struct Answer {
  webauthn::RelyingParty party;  // of a registration: the scope's; afterwards the account's own id
  std::string username;
  std::optional<auth::Binding> bind;
  RequestBinding binding = RequestBinding::kLegacy;  // that the account has or will have
  std::string attestation;
  std::string assertion;
};

Checked<Answer> Open(const auth::Evidence& evidence, const api::CompleteCeremony& request) {
  if (!evidence.has_key) return Fail(MakeError(ErrorCode::kMissingHeader, "X-Encrypted-Key"));
  const auto open = [&](const std::string& text, const char* name) -> Checked<std::string> {
    if (text.empty()) return std::string();
    return auth::OpenText(evidence.client_key, text, name);
  };
  Answer out;
  PASSPORT_TRY(const std::string user, open(request.encrypted_user, "params.encrypted_user"));
  PASSPORT_TRY(auth::User parsed, auth::ParseUser(user));
  out.username = std::move(parsed.username);
  out.bind = parsed.bind;
  PASSPORT_TRY(out.attestation, open(request.encrypted_attestation, "params.encrypted_attestation"));
  PASSPORT_TRY(out.assertion, open(request.encrypted_assertion, "params.encrypted_assertion"));
  return out;
}

// A developer's proof for the same user, if one came along. A bound one is for this very ceremony: what
// stands in the place of params, which would have to contain it, is the challenge.
Checked<bool> HasDeveloperProof(const auth::Evidence& evidence, const api::CompleteCeremony& request,
                                std::string_view method, const CeremonyFacts& facts, const Answer& answer) {
  if (request.encrypted_key_signature.empty()) return false;
  PASSPORT_TRY(const std::string assertion,
               auth::OpenText(evidence.client_key, request.encrypted_key_signature,
                              "params.encrypted_credential.KeySignature"));
  PASSPORT_TRY_VOID(auth::VerifyKeyAssertion(assertion, request.encrypted_user, facts.scope.owners));
  if (answer.bind) {
    PASSPORT_TRY_VOID(auth::CheckBinding(
        *answer.bind, {facts.network.id, facts.scope.id, method, ByteSpan(facts.challenge)}));
  } else if (answer.binding == RequestBinding::kBound) {
    return Fail(MakeError(ErrorCode::kNotBound, "bind.params_sha256 is that of the challenge here"));
  }
  return true;
}

Checked<webauthn::Credential> NewCredential(const Answer& answer, const Hash32& challenge, Hash32* added) {
  const auto response = webauthn::RegistrationResponse::Parse(answer.attestation);
  if (!response.ok()) return Fail(ErrorFor(response.error()));
  auto credential = webauthn::VerifyRegistration(answer.party, challenge, response.value());
  if (!credential.ok()) return Fail(ErrorFor(credential.error()));
  if (added != nullptr) *added = AdditionChallenge(challenge, response.value().attestation_object);
  return std::move(credential).value();
}

// The passkey that answered, and its new counter.
struct Asserted {
  const Passkey& passkey;
  PasskeyUse use;
};
Checked<Asserted> Assert(const Answer& answer, const Hash32& challenge, const Account& account) {
  const auto response = webauthn::AssertionResponse::Parse(answer.assertion);
  if (!response.ok()) return Fail(ErrorFor(response.error()));
  const auto passkey = std::ranges::find_if(
      account.passkeys, [&](const Passkey& each) { return each.credential.id == response.value().id; });
  if (passkey == account.passkeys.end())
    return Fail(MakeError(ErrorCode::kUnknownUser, "the account has no such passkey"));
  const auto count =
      webauthn::VerifyAssertion(answer.party, challenge, passkey->credential, response.value());
  if (!count.ok()) return Fail(ErrorFor(count.error()));
  return Asserted{*passkey, {passkey::CredentialName(passkey->credential.id), count.value()}};
}

Checked<Outcome> Register(const CeremonyFacts& facts, const Answer& answer, bool developer) {
  const Control control = developer ? Control::kHybrid : Control::kUser;
  PASSPORT_TRY(const ScopeConfig config, CheckRegistration(facts.scope, control, facts.network));
  // What a session asks for is not in its proof, so a bound account needs the developer's key besides.
  if (config.binding == RequestBinding::kBound && !developer)
    return Fail(MakeError(ErrorCode::kNotPermitted, "accounts of passkeys alone cannot be bound"));
  PASSPORT_TRY(webauthn::Credential credential, NewCredential(answer, facts.challenge, nullptr));
  return Outcome{facts.ceremony.BegunMs(), Registered{facts.scope.id,
                                                      facts.ceremony.terms.account,
                                                      control,
                                                      config.binding,
                                                      {answer.party.id, answer.party.accepts_foreign},
                                                      std::move(credential)}};
}

Checked<Outcome> BeginSession(const CeremonyFacts& facts, const Answer& answer, std::uint64_t lifetime_ms) {
  PASSPORT_TRY(const Asserted asserted, Assert(answer, facts.challenge, *facts.account));
  Authenticated out;
  out.regenerates = facts.ceremony.terms.regenerate_seed;
  out.sign_count = asserted.use.sign_count;
  out.session.account = facts.ceremony.terms.account;
  out.session.credential = asserted.use.credential;
  out.session.seed = out.regenerates ? passkey::SeedFrom(facts.challenge) : asserted.passkey.seed;
  out.session.begun_ms = facts.ceremony.BegunMs();
  out.session.expires_ms = out.session.begun_ms + lifetime_ms;
  return Outcome{facts.ceremony.BegunMs(), std::move(out)};
}

Checked<Outcome> Add(const CeremonyFacts& facts, const Answer& answer) {
  Hash32 challenge{};
  PASSPORT_TRY(webauthn::Credential credential, NewCredential(answer, facts.challenge, &challenge));
  PASSPORT_TRY(const Asserted asserted, Assert(answer, challenge, *facts.account));
  Outcome out{facts.ceremony.BegunMs(),
              Added{facts.ceremony.terms.account, asserted.use, std::move(credential)}};
  // Refused before the ceremony is spent rather than after it.
  PASSPORT_TRY_VOID(Apply(out, facts.challenge, *facts.account));
  return out;
}

Checked<Outcome> Remove(const CeremonyFacts& facts, const Answer& answer) {
  const Hash32 challenge = RemovalChallenge(facts.challenge, facts.ceremony.terms.target);
  PASSPORT_TRY(const Asserted asserted, Assert(answer, challenge, *facts.account));
  Outcome out{facts.ceremony.BegunMs(),
              Removed{facts.ceremony.terms.account, asserted.use, facts.ceremony.terms.target}};
  PASSPORT_TRY_VOID(Apply(out, facts.challenge, *facts.account));
  return out;
}

}  // namespace

Hash32 AdditionChallenge(const Hash32& challenge, ByteSpan attestation_object) {
  return crypto::HashSha256({challenge, crypto::HashSha256(attestation_object)});
}

Hash32 RemovalChallenge(const Hash32& challenge, const Hash32& credential) {
  return crypto::HashSha256({challenge, credential});
}

Checked<ScopeConfig> PasskeyConfigOf(const Scope& scope, bool devnet) {
  PASSPORT_TRY(ScopeConfig config, ParseScopeConfig(scope.config, devnet));
  if (!config.rp)
    return Fail(MakeError(ErrorCode::kNotPermitted, "passkeys need `rp` in the scope's configuration"));
  return config;
}

Checked<Outcome> JudgeCompletion(const auth::Evidence& evidence, const CeremonyFacts& facts) {
  const passkey::CeremonyTerms& terms = facts.ceremony.terms;
  auto call = api::ParseCall(evidence.body);
  if (!call.ok()) return Fail(std::move(call).error().error);
  const auto* request = std::get_if<api::CompleteCeremony>(&call.value().request);
  const auto scope_id = ParseUuid(evidence.scope_id);
  const bool fits = request != nullptr && request->kind == terms.kind && scope_id.ok() &&
                    scope_id.value() == terms.scope.bytes && facts.scope.id == terms.scope;
  if (!fits) return Fail(MakeError(ErrorCode::kChallenge, "it is for something else"));
  PASSPORT_TRY(Answer answer, Open(evidence, *request));
  if (AccountRecordId(terms.scope, answer.username) != terms.account)
    return Fail(MakeError(ErrorCode::kChallenge, "it is for another user"));
  PASSPORT_TRY(const ScopeConfig config, PasskeyConfigOf(facts.scope, facts.network.devnet));
  answer.party = {config.rp->id, {config.rp->origin}, config.accepts_foreign};
  const bool registers = terms.kind == CeremonyKind::kRegister;
  answer.binding = registers ? config.binding : facts.account->binding;
  PASSPORT_TRY(const bool developer,
               HasDeveloperProof(evidence, *request, call.value().method, facts, answer));
  if (registers) return Register(facts, answer, developer);
  const Account& account = *facts.account;
  if (account.state != AccountState::kActive || account.keys.empty())
    return Fail(MakeError(ErrorCode::kPending));
  answer.party.id = account.terms.rp_id;
  answer.party.accepts_foreign = account.terms.accepts_foreign;
  if (terms.kind == CeremonyKind::kAuthenticate)
    return BeginSession(facts, answer, std::uint64_t{config.session_lifetime_s} * 1'000);
  // What changes who controls an account takes every proof that the account demands (rules.md 4).
  if (account.control == Control::kHybrid && !developer)
    return Fail(MakeError(ErrorCode::kUnauthorized, "the account demands the developer key's proof"));
  return terms.kind == CeremonyKind::kAddCredential ? Add(facts, answer) : Remove(facts, answer);
}

}  // namespace passport::policy
