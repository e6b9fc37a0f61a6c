// A reservation carries its proposer's time: how far an enclave believes it.
#include <gtest/gtest.h>

#include <limits>

#include "edl/base/uuid.h"
#include "tests/sim/fixture_keys.h"
#include "tests/sim/network.h"
#include "trusted/auth/envelope.h"
#include "trusted/core/changes.h"

namespace passport::core {
namespace {

using api::ErrorCode;

constexpr std::uint64_t kNow = 1'700'000'000'000;
constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max();

Identity MakeIdentity(crypto::Rng& rng) {
  return {{}, {}, PartyIndex{1}, {}, crypto::SigningKey::Generate(rng), rng.Key()};
}

// One enclave's rules at kNow, a scope, and a developer who registers a user in it.
class ReservationTest : public ::testing::Test, public RegisterView {
 protected:
  ReservationTest() {
    rules.SetView(*this);
    rules.OnTick(kNow, kNow);
    const auto created = api::ParseCall(AsBytes(client::CreateScope(key, R"({"name":"test"})").body));
    const auto& config = std::get<api::CreateScope>(created.value().request).signed_config;
    const policy::Scope scope =
        policy::CreateScope(policy::VerifyConfig(config, false).value(), seen).value();
    scope_version = {1, {}, scope.Encode()};
    scope_id = scope.id;
    auth::KeyOpener opener;
    auto envelope = crypto::EnvelopeKey::Parse(ParseBase64(sim::kEnvelopeKeyPkcs8).value()).value();
    auto developer =
        client::DeveloperClient::Make(key, FormatUuid(scope_id.bytes), envelope.public_spki(), rng);
    opener.AddKey(std::move(envelope));
    const client::Request request = developer.value().Register("alice");
    evidence.scope_id = request.scope_id;
    evidence.client_key = opener.Open(request.encrypted_key).value();
    evidence.has_key = true;
    evidence.body = ToBytes(std::string_view(request.body));
  }

  const replica::Version* Local(const RecordId& id) override {
    return id == policy::ScopeRecordId(scope_id) ? &scope_version : nullptr;
  }
  const replica::Version* Pending(const RecordId&) override { return nullptr; }
  std::uint64_t LatestMs() const override { return kNow; }
  RecordId account() const { return policy::AccountRecordId(scope_id, "alice"); }
  replica::Judgement Reserve(std::uint8_t request, std::uint64_t now_ms,
                             const replica::Version& before = {}) {
    RequestId id;
    id.bytes.fill(request);
    const Bytes change = EncodeChange(AccountReservation{id, now_ms, evidence.Clone()});
    return rules.Judge(account(), before, change, PartyIndex{2});
  }
  // The version after a reservation that was taken.
  static replica::Version Taken(const replica::Judgement& judgement) {
    const auto* value = std::get_if<Bytes>(&judgement);
    EXPECT_NE(value, nullptr);
    return {1, {}, value == nullptr ? Bytes{} : *value};
  }
  static ErrorCode RefusedWith(const replica::Judgement& judgement) {
    const auto* refused = std::get_if<replica::Refused>(&judgement);
    return refused == nullptr ? ErrorCode::kCount : static_cast<ErrorCode>(refused->code);
  }

  crypto::SeededRng rng{5};
  client::DeveloperKey key = client::DeveloperKey::Generate();
  SeenIndex seen;
  Identity identity = MakeIdentity(rng);
  NetworkRules rules{identity, seen};
  ScopeId scope_id;
  replica::Version scope_version;
  auth::Evidence evidence;
};

// rules.md 3: what the scope asked of an account when it registered.
TEST_F(ReservationTest, TheAccountKeepsTheBindingOfItsScope) {
  const auto binding = [&] { return policy::Account::Parse(Taken(Reserve(1, kNow)).value).value().binding; };
  EXPECT_EQ(binding(), policy::RequestBinding::kLegacy);
  policy::Scope scope = policy::Scope::Parse(scope_version.value).value();
  scope.config = R"({"request_binding":"bound"})";
  scope_version.value = scope.Encode();
  EXPECT_EQ(binding(), policy::RequestBinding::kBound);
  scope.config = R"({"accounts":["user"]})";
  scope_version.value = scope.Encode();
  EXPECT_EQ(RefusedWith(Reserve(1, kNow)), ErrorCode::kNotPermitted);
}

TEST_F(ReservationTest, AClockAheadIsBelievedForTwoMinutes) {
  EXPECT_TRUE(std::holds_alternative<Bytes>(Reserve(1, kNow)));
  EXPECT_TRUE(std::holds_alternative<Bytes>(Reserve(1, kNow + kClockSkewMs)));
  for (const std::uint64_t late : {kNow + kClockSkewMs + 1, kLast - policy::kReservationMs, kLast})
    EXPECT_EQ(RefusedWith(Reserve(1, late)), ErrorCode::kNotReady) << late;
}

// So that a half-done reservation can be completed by others much later.
TEST_F(ReservationTest, WhatWasRightOnceStaysRight) {
  const std::uint64_t proposed = kNow + kClockSkewMs;
  const replica::Version first = Taken(Reserve(1, proposed));
  for (const std::uint64_t later : {kNow + 1, kNow + 3'600'000, kLast}) {
    rules.OnTick(later, later);
    rules.OnTick(1, 1);  // a host that turns its clock back
    EXPECT_EQ(Taken(Reserve(1, proposed)), first) << later;
  }
}

TEST_F(ReservationTest, AnotherRequestWaitsUntilItHasExpired) {
  const replica::Version taken = Taken(Reserve(1, kNow));
  EXPECT_TRUE(std::holds_alternative<Bytes>(Reserve(1, kNow + 1, taken))) << "the same request";
  for (const std::uint64_t early : {std::uint64_t{0}, kNow - 1, kNow, kNow + policy::kReservationMs - 1})
    EXPECT_EQ(RefusedWith(Reserve(2, early, taken)), ErrorCode::kPending) << early;
  const std::uint64_t expired = kNow + policy::kReservationMs;
  EXPECT_EQ(RefusedWith(Reserve(2, expired, taken)), ErrorCode::kPending) << "by the proposer's clock only";
  rules.OnTick(expired, expired);
  EXPECT_TRUE(std::holds_alternative<Bytes>(Reserve(2, expired, taken)));
}

// Were there one at the end of time, on an old disk, adding to it would not make it expire.
TEST_F(ReservationTest, AnExpiryNeverOverflows) {
  rules.OnTick(kLast, kLast);
  const replica::Version taken = Taken(Reserve(1, kLast - 1));
  EXPECT_EQ(RefusedWith(Reserve(2, kLast, taken)), ErrorCode::kPending);
  EXPECT_EQ(RefusedWith(Reserve(2, 0, taken)), ErrorCode::kPending);
}

TEST_F(ReservationTest, OnlyAnAccountIsReservedAndNothingIsLookedUpForOthers) {
  const Bytes change = EncodeChange(AccountReservation{{}, kNow, evidence.Clone()});
  for (const RecordId& id : {policy::ScopeRecordId(ScopeId{}), policy::EnvelopeRecordId()})
    EXPECT_EQ(RefusedWith(rules.Judge(id, {}, change, PartyIndex{2})), ErrorCode::kInvalidRequest);
}

}  // namespace
}  // namespace passport::core
