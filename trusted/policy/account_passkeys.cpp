#include "trusted/policy/account_passkeys.h"

#include <algorithm>

namespace passport::policy {
namespace {

using api::ErrorCode;
using api::MakeError;
using auth::Checked;

// Null: there is none, or it was removed since.
Passkey* Find(Account& account, const Hash32& name) {
  const auto found = std::ranges::find_if(account.passkeys, [&](const Passkey& each) {
    return passkey::CredentialName(each.credential.id) == name;
  });
  return found == account.passkeys.end() ? nullptr : &*found;
}

// Counters only rise, so the order in which ceremonies are applied does not matter.
Checked<Passkey*> Count(Account& account, const PasskeyUse& use) {
  Passkey* passkey = Find(account, use.credential);
  if (passkey == nullptr) return Fail(MakeError(ErrorCode::kCredential, "the account has no such passkey"));
  passkey->credential.sign_count = std::max(passkey->credential.sign_count, use.sign_count);
  return passkey;
}

struct Applied {
  Account& account;
  const Hash32& challenge;
  std::uint64_t begun_ms;

  Checked<Unit> operator()(const Registered&) const { return Fail(MakeError(ErrorCode::kInvalidRequest)); }

  // An older ceremony must not bring back the seed, and with it the sessions, that a newer one ended.
  Checked<Unit> operator()(const Authenticated& o) const {
    PASSPORT_TRY(Passkey* const passkey, Count(account, {o.session.credential, o.sign_count}));
    if (!o.regenerates) return Unit{};
    if (begun_ms <= passkey->seeded_ms) return Fail(MakeError(ErrorCode::kReplay));
    passkey->seed = o.session.seed;
    passkey->seeded_ms = begun_ms;
    return Unit{};
  }

  // Nor may it bring back a passkey that was removed after it.
  Checked<Unit> operator()(const Added& o) const {
    PASSPORT_TRY_VOID(Count(account, o.by));
    if (begun_ms <= account.removed_ms) return Fail(MakeError(ErrorCode::kReplay));
    if (Find(account, passkey::CredentialName(o.credential.id)) != nullptr)
      return Fail(MakeError(ErrorCode::kCredential, "the account has this passkey"));
    if (account.passkeys.size() >= kPasskeysMax)
      return Fail(MakeError(ErrorCode::kCredential, "an account has at most 16 passkeys"));
    account.passkeys.push_back({o.credential, passkey::SeedFrom(challenge), begun_ms});
    return Unit{};
  }

  // Nor may it remove what was added after it. Ceremonies whose times a lying enclave has lowered end here
  // too.
  Checked<Unit> operator()(const Removed& o) const {
    PASSPORT_TRY_VOID(Count(account, o.by));
    const Passkey* passkey = Find(account, o.credential);
    if (passkey == nullptr) return Fail(MakeError(ErrorCode::kCredential, "the account has no such passkey"));
    if (account.passkeys.size() == 1)
      return Fail(MakeError(ErrorCode::kCredential, "the last passkey cannot be removed"));
    if (begun_ms < passkey->seeded_ms) return Fail(MakeError(ErrorCode::kReplay));
    account.removed_ms = std::max(account.removed_ms, begun_ms);
    std::erase_if(account.passkeys, [&](const Passkey& each) {
      return passkey::CredentialName(each.credential.id) == o.credential;
    });
    return Unit{};
  }
};

}  // namespace

Account FirstAccount(const Registered& registered, const Hash32& challenge, std::uint64_t begun_ms) {
  Account out;
  out.scope = registered.scope;
  out.control = registered.control;
  out.binding = registered.binding;
  out.terms = registered.terms;
  out.passkeys.push_back({registered.credential, passkey::SeedFrom(challenge), begun_ms});
  return out;
}

Checked<Account> Apply(const Outcome& outcome, const Hash32& challenge, const Account& before) {
  if (before.state != AccountState::kActive) return Fail(MakeError(ErrorCode::kPending));
  Account after = before;
  PASSPORT_TRY_VOID(std::visit(Applied{after, challenge, outcome.begun_ms}, outcome.what));
  if (after.Encode() == before.Encode()) return Fail(MakeError(ErrorCode::kReplay));
  return after;
}

bool Changes(const Outcome& outcome) {
  const auto* session = std::get_if<Authenticated>(&outcome.what);
  return session == nullptr || session->regenerates || session->sign_count > 0;
}

}  // namespace passport::policy
