// The first released form of every record and of every message that is a value by itself (rules.md 36). A
// file that no longer reads is a network that cannot be upgraded.
#include <gtest/gtest.h>

#include "tests/golden/samples.h"

namespace passport::golden {
namespace {

// The file has the bytes of the sample, and reading them gives those bytes back.
template <class Parse>
void ExpectForm(const std::string& name, const Bytes& sample, Parse&& encode_of_parsed) {
  WriteMissing(name, sample);
  const Bytes file = ReadGolden(name);
  EXPECT_EQ(ToHex(file), ToHex(sample)) << name;
  const Result<Bytes> again = encode_of_parsed(file);
  ASSERT_TRUE(again.ok()) << name;
  EXPECT_EQ(ToHex(again.value()), ToHex(file)) << name;
}

template <class T>
void ExpectForm(const std::string& name, const T& sample) {
  ExpectForm(name, sample.Encode(), [](ByteSpan bytes) -> Result<Bytes> {
    PASSPORT_TRY(const T parsed, T::Parse(bytes));
    return parsed.Encode();
  });
}

TEST(Golden, RecordsAreUnderstood) {
  ExpectForm("account-v1.bin", SampleAccount());
  ExpectForm("account-v2.bin", SampleRefreshedAccount());
  ExpectForm("account-v3.bin", SampleBoundAccount());
  ExpectForm("key-state-v1.bin", SampleKeyState());
  ExpectForm("scope-v1.bin", SampleScope());
  ExpectForm("register-v1.bin", SampleRegister());
  const Bytes keys[] = {ToBytes(Numbered<40>(1)), ToBytes(Numbered<50>(2))};
  ExpectForm("envelope-keys-v1.bin", core::EncodeEnvelopeKeys(keys), [](ByteSpan bytes) -> Result<Bytes> {
    PASSPORT_TRY(const std::vector<Bytes> parsed, core::ParseEnvelopeKeys(bytes));
    return core::EncodeEnvelopeKeys(parsed);
  });
}

TEST(Golden, WhatAnEnclaveKeepsForItselfIsUnderstood) {
  const peer::Manifest manifest;
  core::Outbox outbox;
  crypto::SeededRng rng(1);
  sealing::SealingKeys keys;
  keys.unique = crypto::SecretKey32(Hash32{});
  keys.product = crypto::SecretKey32(Hash32{});
  core::RecordBook records(std::move(keys), 1, outbox, rng);
  ExpectForm("refresh-book-v1.bin", SampleRefreshBook(), [&](ByteSpan bytes) -> Result<Bytes> {
    core::RefreshBook book(manifest, {1}, records);
    PASSPORT_TRY_VOID(book.Load(bytes));
    return book.Encode();
  });
  ExpectForm("made-keys-v1.bin", SampleMadeKeys(), [&](ByteSpan bytes) -> Result<Bytes> {
    core::MadeKeys made(records);
    PASSPORT_TRY_VOID(made.Load(bytes));
    return made.Encode();
  });
}

TEST(Golden, ClientEvidenceAndOperatorStatementsAreUnderstood) {
  ExpectForm("evidence-v1.bin", SampleEvidence());
  ExpectForm("statement-v1.bin", SampleStatement());
  ExpectForm("statement-refresh-v1.bin", SampleRefresh());
  ExpectForm("resume-v1.bin", SampleResume());
}

TEST(Golden, ReplicaMessagesAreUnderstood) {
  constexpr const char* kNames[] = {"prepare", "promise", "accept",     "accepted",
                                    "learn",   "query",   "query-reply"};
  const std::vector<replica::Message> messages = SampleReplicaMessages();
  ASSERT_EQ(messages.size(), std::size(kNames));
  for (std::size_t i = 0; i < messages.size(); ++i) {
    EXPECT_EQ(messages[i].index(), i);
    ExpectForm(std::string("replica-") + kNames[i] + "-v1.bin", replica::EncodeMessage(messages[i]),
               [](ByteSpan bytes) -> Result<Bytes> {
                 PASSPORT_TRY(const replica::Message parsed, replica::ParseMessage(bytes));
                 return replica::EncodeMessage(parsed);
               });
  }
}

TEST(Golden, EvidenceOfChangesIsUnderstood) {
  constexpr const char* kNames[] = {"scope-creation",     "scope-update",      "account-reservation",
                                    "account-activation", "envelope-creation", "account-refresh"};
  const std::vector<core::Change> changes = SampleChanges();
  ASSERT_EQ(changes.size(), std::size(kNames));
  for (std::size_t i = 0; i < changes.size(); ++i) {
    EXPECT_EQ(changes[i].index(), i);
    ExpectForm(std::string("change-") + kNames[i] + "-v1.bin", core::EncodeChange(changes[i]),
               [](ByteSpan bytes) -> Result<Bytes> {
                 PASSPORT_TRY(const core::Change parsed, core::ParseChange(bytes));
                 return core::EncodeChange(parsed);
               });
  }
}

TEST(Golden, PasskeysAreUnderstood) {
  ExpectForm("account-v4.bin", SamplePasskeyAccount());
  ExpectForm("ceremony-v1.bin", SampleCeremony());
  ExpectForm("ceremony-ask-v1.bin", SampleCeremonyAsk());
  ExpectForm("ceremony-part-v1.bin", SampleCeremonyPart());
  constexpr const char* kOutcomes[] = {"registered", "authenticated", "added", "removed"};
  const std::vector<policy::Outcome> outcomes = SampleOutcomes();
  ASSERT_EQ(outcomes.size(), std::size(kOutcomes));
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    ExpectForm(std::string("outcome-") + kOutcomes[i] + "-v1.bin", outcomes[i]);
  constexpr const char* kChanges[] = {"ceremony-completion", "passkey-reservation", "ceremony-use",
                                      "session-revocation"};
  const std::vector<core::Change> changes = SamplePasskeyChanges();
  ASSERT_EQ(changes.size(), std::size(kChanges));
  for (std::size_t i = 0; i < changes.size(); ++i) {
    EXPECT_EQ(changes[i].index(), i + 7);
    ExpectForm(std::string("change-") + kChanges[i] + "-v1.bin", core::EncodeChange(changes[i]),
               [](ByteSpan bytes) -> Result<Bytes> {
                 PASSPORT_TRY(const core::Change parsed, core::ParseChange(bytes));
                 return core::EncodeChange(parsed);
               });
  }
}

TEST(Golden, ANodesWordOnItsShareIsUnderstood) {
  ExpectForm("change-holder-statement-v1.bin", core::EncodeChange(SampleHolderStatement()),
             [](ByteSpan bytes) -> Result<Bytes> {
               PASSPORT_TRY(const core::Change parsed, core::ParseChange(bytes));
               return core::EncodeChange(parsed);
             });
}

TEST(Golden, MessagesAroundARunAreUnderstood) {
  ExpectForm("keygen-invite-v1.bin", SampleKeygenInvite());
  ExpectForm("sign-invite-v1.bin", SampleSignInvite());
  ExpectForm("sign-join-v1.bin", SampleSignJoin());
  ExpectForm("sign-begin-v1.bin", SampleSignBegin());
  ExpectForm("sign-refuse-v1.bin", SampleSignRefuse());
  ExpectForm("sign-online-v1.bin", SampleSignOnline());
  ExpectForm("presign-invite-v1.bin", SamplePresignInvite());
  ExpectForm("presign-ready-v1.bin", SamplePresignReady());
  // Of a key that was refreshed.
  core::SignInvite sign = SampleSignInvite();
  core::PresignInvite presign = SamplePresignInvite();
  sign.epoch = presign.epoch = 7;
  ExpectForm("sign-invite-epoch-v1.bin", sign);
  ExpectForm("presign-invite-epoch-v1.bin", presign);
  ExpectForm("epoch-news-v1.bin", SampleEpochNews());
  ExpectForm("refresh-invite-v1.bin", SampleRefreshInvite());
  ExpectForm("refresh-join-v1.bin", SampleRefreshJoin());
  ExpectForm("refresh-begin-v1.bin", SampleRefreshBegin());
  ExpectForm("repair-invite-v1.bin", SampleRepairInvite());
  ExpectForm("repair-join-v1.bin", SampleRepairJoin());
  ExpectForm("repair-begin-v1.bin", SampleRepairBegin());
  ExpectForm("repair-end-v1.bin", SampleRepairEnd());
  ExpectForm("accounts-ask-v1.bin", SampleAccountsAsk());
  ExpectForm("accounts-list-v1.bin", SampleAccountsList());
}

// Every one of these forms ends where it says: a byte less or more is not understood.
TEST(Golden, TruncatedAndExtendedFilesAreRefused) {
  const auto refused = [](const Bytes& bytes, auto&& parse) {
    Bytes shorter(bytes.begin(), bytes.end() - 1);
    Bytes longer = bytes;
    longer.push_back(0);
    return !parse(shorter).ok() && !parse(longer).ok();
  };
  EXPECT_TRUE(refused(ReadGolden("account-v1.bin"), policy::Account::Parse));
  EXPECT_TRUE(refused(ReadGolden("account-v2.bin"), policy::Account::Parse));
  EXPECT_TRUE(refused(ReadGolden("account-v3.bin"), policy::Account::Parse));
  EXPECT_TRUE(refused(ReadGolden("key-state-v1.bin"), core::KeyState::Parse));
  EXPECT_TRUE(refused(ReadGolden("scope-v1.bin"), policy::Scope::Parse));
  EXPECT_TRUE(refused(ReadGolden("register-v1.bin"), replica::Register::Parse));
  EXPECT_TRUE(refused(ReadGolden("evidence-v1.bin"), auth::Evidence::Parse));
  EXPECT_TRUE(refused(ReadGolden("statement-v1.bin"), core::AdminStatement::Parse));
  EXPECT_TRUE(refused(ReadGolden("replica-promise-v1.bin"), replica::ParseMessage));
  EXPECT_TRUE(refused(ReadGolden("change-account-reservation-v1.bin"), core::ParseChange));
  EXPECT_TRUE(refused(ReadGolden("keygen-invite-v1.bin"), core::KeygenInvite::Parse));
  EXPECT_TRUE(refused(ReadGolden("sign-invite-v1.bin"), core::SignInvite::Parse));
  EXPECT_TRUE(refused(ReadGolden("sign-online-v1.bin"), core::SignOnline::Parse));
  EXPECT_TRUE(refused(ReadGolden("presign-invite-v1.bin"), core::PresignInvite::Parse));
  EXPECT_TRUE(refused(ReadGolden("presign-ready-v1.bin"), core::PresignReady::Parse));
  EXPECT_TRUE(refused(ReadGolden("sign-invite-epoch-v1.bin"), core::SignInvite::Parse));
  EXPECT_TRUE(refused(ReadGolden("presign-invite-epoch-v1.bin"), core::PresignInvite::Parse));
  EXPECT_TRUE(refused(ReadGolden("epoch-news-v1.bin"), core::EpochNews::Parse));
  EXPECT_TRUE(refused(ReadGolden("refresh-invite-v1.bin"), core::RefreshInvite::Parse));
  EXPECT_TRUE(refused(ReadGolden("refresh-join-v1.bin"), core::RefreshJoin::Parse));
  EXPECT_TRUE(refused(ReadGolden("refresh-begin-v1.bin"), core::RefreshBegin::Parse));
  EXPECT_TRUE(refused(ReadGolden("repair-invite-v1.bin"), core::RepairInvite::Parse));
  EXPECT_TRUE(refused(ReadGolden("repair-join-v1.bin"), core::RepairJoin::Parse));
  EXPECT_TRUE(refused(ReadGolden("repair-begin-v1.bin"), core::RepairBegin::Parse));
  EXPECT_TRUE(refused(ReadGolden("repair-end-v1.bin"), core::RepairEnd::Parse));
  EXPECT_TRUE(refused(ReadGolden("accounts-ask-v1.bin"), core::AccountsAsk::Parse));
  EXPECT_TRUE(refused(ReadGolden("accounts-list-v1.bin"), core::AccountsList::Parse));
  EXPECT_TRUE(refused(ReadGolden("change-holder-statement-v1.bin"), core::ParseChange));
}

// A form of a later version, as an older build meets it.
TEST(Golden, AnotherFormatNumberIsRefused) {
  const auto refused = [](Bytes bytes, auto&& parse) {
    ++bytes[0];
    return !parse(bytes).ok();
  };
  EXPECT_TRUE(refused(ReadGolden("account-v1.bin"), policy::Account::Parse));
  EXPECT_TRUE(refused(ReadGolden("scope-v1.bin"), policy::Scope::Parse));
  EXPECT_TRUE(refused(ReadGolden("register-v1.bin"), replica::Register::Parse));
  EXPECT_TRUE(refused(ReadGolden("evidence-v1.bin"), auth::Evidence::Parse));
  EXPECT_TRUE(refused(ReadGolden("statement-v1.bin"), core::AdminStatement::Parse));
  EXPECT_TRUE(refused(ReadGolden("envelope-keys-v1.bin"), core::ParseEnvelopeKeys));
}

}  // namespace
}  // namespace passport::golden
