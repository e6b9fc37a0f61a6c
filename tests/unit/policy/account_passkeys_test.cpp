// What certified ceremonies do to an account, in whichever order they come and however often.
#include "trusted/policy/account_passkeys.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/proofs.h"

namespace passport::policy_test {
namespace {

using policy::Account;
using policy::Outcome;

webauthn::Credential CredentialNamed(std::string_view id, std::uint32_t count = 0) {
  return {ToBytes(id), {crypto::P256PublicKey{1}}, count, webauthn::Attestation::kNone, false};
}
Hash32 NameOfCredential(std::string_view id) { return passkey::CredentialName(AsBytes(id)); }

class AccountPasskeys : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kBegun = 1'700'000'000'000;

  AccountPasskeys() {
    account = ActiveAccount(ScopeId{{1}}, policy::Control::kUser);
    account.passkeys = {{CredentialNamed("phone", 5), {1}, kBegun}, {CredentialNamed("laptop"), {2}, kBegun}};
  }
  Outcome Session(std::uint64_t begun_ms, bool regenerates, std::uint32_t count = 0,
                  std::string_view id = "phone") {
    passkey::Session session;
    session.credential = NameOfCredential(id);
    session.seed = {static_cast<std::uint8_t>(begun_ms)};
    return {begun_ms, policy::Authenticated{session, count, regenerates}};
  }
  static Outcome Adding(std::uint64_t begun_ms, std::string_view id) {
    return {begun_ms, policy::Added{{}, {NameOfCredential("phone"), 6}, CredentialNamed(id)}};
  }
  static Outcome Removing(std::uint64_t begun_ms, std::string_view id, std::string_view by = "phone") {
    return {begun_ms, policy::Removed{{}, {NameOfCredential(by), 6}, NameOfCredential(id)}};
  }
  // Applies it; the error's name, or "".
  std::string Do(const Outcome& outcome) {
    auto after = policy::Apply(outcome, Hash32{7}, account);
    if (!after.ok()) return api::RowOf(after.error().code).name;
    account = std::move(after).value();
    return "";
  }
  Account account;
};

TEST_F(AccountPasskeys, CountersOnlyRise) {
  EXPECT_EQ(Do(Session(kBegun + 1, false, 9)), "");
  EXPECT_EQ(Do(Session(kBegun, false, 7)), "replayed") << "it changes nothing";
  EXPECT_EQ(account.passkeys.front().credential.sign_count, 9u);
  EXPECT_EQ(account.passkeys.front().seed, (ByteArray<16>{1})) << "no new seed was asked for";
}

TEST_F(AccountPasskeys, AnOlderCeremonyDoesNotBringASeedBack) {
  EXPECT_EQ(Do(Session(kBegun + 1, true)), "");
  EXPECT_EQ(Do(Session(kBegun + 2, true)), "");
  const auto seed = account.passkeys.front().seed;
  EXPECT_EQ(Do(Session(kBegun + 1, true)), "replayed");
  EXPECT_EQ(Do(Session(kBegun + 2, true)), "replayed") << "nor another one of the same time";
  EXPECT_EQ(account.passkeys.front().seed, seed);
}

TEST_F(AccountPasskeys, AnOlderCeremonyDoesNotBringAPasskeyBack) {
  const Outcome adding = Adding(kBegun + 1, "tablet");
  EXPECT_EQ(Do(adding), "");
  EXPECT_EQ(Do(adding), "credential_refused") << "twice";
  EXPECT_EQ(Do(Removing(kBegun + 2, "tablet")), "");
  EXPECT_EQ(Do(adding), "replayed");
  EXPECT_EQ(Do(Adding(kBegun + 3, "tablet")), "") << "a new ceremony does";
  EXPECT_EQ(account.passkeys.back().seed, passkey::SeedFrom(Hash32{7}));
  EXPECT_EQ(Do(Removing(kBegun + 2, "tablet")), "replayed") << "nor remove what was added after it";
}

TEST_F(AccountPasskeys, TheLastOneStaysAndSixteenAreEnough) {
  EXPECT_EQ(Do(Removing(kBegun + 1, "laptop")), "");
  EXPECT_EQ(Do(Removing(kBegun + 2, "phone")), "credential_refused");
  EXPECT_EQ(Do(Removing(kBegun + 2, "laptop")), "credential_refused") << "it is gone";
  for (std::size_t i = 1; i < policy::kPasskeysMax; ++i)
    EXPECT_EQ(Do(Adding(kBegun + 3, std::to_string(i))), "");
  EXPECT_EQ(Do(Adding(kBegun + 3, "one more")), "credential_refused");
  EXPECT_TRUE(Account::Parse(account.Encode()).ok());
}

TEST_F(AccountPasskeys, OneThatWasRemovedSinceDoesNothing) {
  EXPECT_EQ(Do(Removing(kBegun + 1, "laptop")), "");
  EXPECT_EQ(Do(Session(kBegun + 2, true, 0, "laptop")), "credential_refused");
  EXPECT_EQ(Do(Removing(kBegun + 2, "phone", "laptop")), "credential_refused");
  account.state = policy::AccountState::kReserved;
  EXPECT_EQ(Do(Session(kBegun + 3, true)), "registration_pending");
}

}  // namespace
}  // namespace passport::policy_test
