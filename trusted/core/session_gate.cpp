#include "trusted/core/session_gate.h"

#include <algorithm>

#include "edl/base/uuid.h"

namespace passport::core {
namespace {

using api::ErrorCode;
using api::MakeError;
using replica::NeedRecords;

struct Found {
  RecordRef ref;
  passkey::Session session;
};

Judged<Found> FindSession(const auth::Evidence& evidence, RegisterView& view) {
  const auto challenge = ClaimedSession(evidence);
  if (!challenge.ok()) return api::Error(challenge.error());
  const RecordId id = policy::CeremonyRecordId(challenge.value());
  const replica::Version* version = view.Local(id);
  if (version == nullptr) return NeedRecords{{id}};
  const auto outcome = policy::Outcome::Parse(version->value);
  const auto* session = outcome.ok() ? std::get_if<policy::Authenticated>(&outcome.value().what) : nullptr;
  if (session == nullptr) return MakeError(ErrorCode::kUnknownSession);
  return Found{{id, version->number, version->HashFor(id)}, session->session};
}

// What this enclave has accepted and may not know to be chosen ends a session as well.
auth::Checked<Unit> CheckAccepted(const RecordId& record, const passkey::Session& session,
                                  const RecordId& account, RegisterView& view) {
  if (const replica::Version* next = view.Pending(record); next != nullptr) {
    const auto outcome = policy::Outcome::Parse(next->value);
    const auto* made = outcome.ok() ? std::get_if<policy::Authenticated>(&outcome.value().what) : nullptr;
    if (made != nullptr && made->session.revoked)
      return Fail(MakeError(ErrorCode::kSessionOver, "it was revoked"));
  }
  if (const replica::Version* next = view.Pending(account); next != nullptr) {
    const auto after = policy::Account::Parse(next->value);
    if (after.ok()) return CheckSession(session, after.value(), view.LatestMs());
  }
  return Unit{};
}

// What came with the session is of the same scope and user. A client that has named no user sends `null`.
auth::Checked<auth::User> FindUser(const auth::Evidence& evidence, const policy::Account& account,
                                   const RecordId& account_id) {
  if (!evidence.scope_id.empty()) {
    const auto scope = ParseUuid(evidence.scope_id);
    if (!scope.ok() || scope.value() != account.scope.bytes)
      return Fail(MakeError(ErrorCode::kUnauthorized, "the session is of another scope"));
  }
  if (evidence.encrypted_user.empty()) return auth::User{};
  PASSPORT_TRY(const std::string user,
               auth::OpenText(evidence.client_key, evidence.encrypted_user, "X-Encrypted-User"));
  if (user == "null") return auth::User{};
  PASSPORT_TRY(auth::User named, auth::ParseUser(user));
  if (policy::AccountRecordId(account.scope, named.username) != account_id)
    return Fail(MakeError(ErrorCode::kUnauthorized, "the session is of another user"));
  return named;
}

}  // namespace

auth::Checked<Unit> CheckSession(const passkey::Session& session, const policy::Account& account,
                                 std::uint64_t now_ms) {
  if (now_ms >= session.expires_ms) return Fail(MakeError(ErrorCode::kSessionOver, "it has expired"));
  if (session.revoked) return Fail(MakeError(ErrorCode::kSessionOver, "it was revoked"));
  const bool current = std::ranges::any_of(account.passkeys, [&](const policy::Passkey& each) {
    return each.seed == session.seed && passkey::CredentialName(each.credential.id) == session.credential;
  });
  if (!current) return Fail(MakeError(ErrorCode::kSessionOver, "its passkey was removed or has begun anew"));
  return Unit{};
}

Judged<AccountFacts> FindBySession(const auth::Evidence& evidence, const Deciding& with) {
  RegisterView& view = with.view;
  auto found = FindSession(evidence, view);
  if (auto* error = std::get_if<api::Error>(&found)) return std::move(*error);
  if (auto* need = std::get_if<NeedRecords>(&found)) return std::move(*need);
  const auto& [session_ref, session] = std::get<Found>(found);
  const RecordId& id = session.account;
  const replica::Version* version = view.Local(id);
  if (version == nullptr) return NeedRecords{{id}};
  if (version->number == 0) return MakeError(ErrorCode::kUnknownUser);
  auto account = policy::Account::Parse(version->value);
  if (!account.ok()) return MakeError(ErrorCode::kInternal);
  AccountFacts out;
  out.session_ref = session_ref;
  out.account_ref = {id, version->number, version->HashFor(id)};
  out.account = std::move(account).value();
  const auto holds = CheckSession(session, out.account, view.LatestMs());
  if (!holds.ok()) return api::Error(holds.error());
  const auto stays = CheckAccepted(session_ref.id, session, id, view);
  if (!stays.ok()) return api::Error(stays.error());
  const auto user = FindUser(evidence, out.account, id);
  if (!user.ok()) return api::Error(user.error());
  auto path = policy::ParsePath(user.value().derivation_path);
  if (!path.ok()) return std::move(path).error();
  const RecordId scope_id = policy::ScopeRecordId(out.account.scope);
  version = view.Local(scope_id);
  if (version == nullptr) return NeedRecords{{scope_id}};
  const auto scope = policy::Scope::Parse(version->value);
  if (!scope.ok()) return MakeError(version->number == 0 ? ErrorCode::kUnknownScope : ErrorCode::kInternal);
  out.scope_ref = {scope_id, version->number, version->HashFor(scope_id)};
  auto config = policy::ParseScopeConfig(scope.value().config, with.network.devnet);
  if (!config.ok()) return std::move(config).error();
  out.config = std::move(config).value();
  if (!evidence.encrypted_key_signature.empty()) {
    auto developer = policy::Authenticate(evidence, scope.value());
    if (!developer.ok()) return std::move(developer).error();
    out.caller = std::move(developer).value();
  }
  out.caller.path = std::move(path).value();
  out.caller.session = true;
  return out;
}

std::vector<RecordId> RecordsOfSession(const auth::Evidence& evidence, RegisterView& view) {
  const auto challenge = ClaimedSession(evidence);
  if (!challenge.ok()) return {};
  std::vector<RecordId> out = {policy::CeremonyRecordId(challenge.value())};
  const replica::Version* version = view.Local(out.front());
  const auto outcome = policy::Outcome::Parse(version == nullptr ? ByteSpan{} : ByteSpan(version->value));
  if (outcome.ok()) out.push_back(policy::AccountOf(outcome.value()));
  return out;
}

}  // namespace passport::core
