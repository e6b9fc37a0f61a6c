// Who may take a username: a registration as every acceptor judges it again (rules.md 2, 4, 16).
#include <gtest/gtest.h>

#include "edl/base/uuid.h"
#include "tests/unit/policy/proofs.h"
#include "trusted/core/changes.h"
#include "trusted/policy/record_ids.h"

namespace passport::policy_test {
namespace {

using client::DeveloperKey;
using policy::Account;
using replica::Version;

class OneScope final : public core::RegisterView {
 public:
  explicit OneScope(const policy::Scope& scope)
      : id_(policy::ScopeRecordId(scope.id)), version_{1, {}, scope.Encode()} {}
  const Version* Local(const RecordId& id) override { return id == id_ ? &version_ : nullptr; }
  const replica::Version* Pending(const RecordId&) override { return nullptr; }
  std::uint64_t LatestMs() const override { return 0; }

 private:
  RecordId id_;
  Version version_;
};

class Registrations : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kNow = 1'700'000'000'000;

  Registrations() {
    rules.SetView(view);
    rules.OnTick(kNow, kNow);
  }

  core::AccountReservation Reservation(auth::Evidence evidence, std::uint8_t request = 1,
                                       std::uint64_t now_ms = kNow) {
    return {RequestId{{request}}, now_ms, std::move(evidence)};
  }
  core::AccountReservation ForAlice(std::uint8_t request = 1, std::uint64_t now_ms = kNow) {
    return Reservation(RegistrationEvidence(envelope, developer, scope.id, "alice"), request, now_ms);
  }
  replica::Judgement Judge(core::Change change, const Version& before = {}) {
    return Judge(policy::AccountRecordId(scope.id, "alice"), std::move(change), before);
  }
  replica::Judgement Judge(const RecordId& id, core::Change change, const Version& before = {}) {
    return rules.Judge(id, before, core::EncodeChange(change), PartyIndex{2});
  }
  static std::string NameOf(const replica::Judgement& judged) {
    if (const auto* refused = std::get_if<replica::Refused>(&judged))
      return api::RowOf(static_cast<api::ErrorCode>(refused->code)).name;
    return std::holds_alternative<Bytes>(judged) ? "" : "fetch";
  }
  // The record after an accepted reservation.
  Version Reserved(std::uint8_t request = 1, std::uint64_t now_ms = kNow) {
    return {1, {}, std::get<Bytes>(Judge(ForAlice(request, now_ms)))};
  }

  Envelope envelope{1};
  DeveloperKey developer = DeveloperKey::Generate();
  DeveloperKey stranger = DeveloperKey::Generate();
  policy::Scope scope = ScopeOf(developer);
  OneScope view{scope};
  core::Identity identity{
      {}, {}, PartyIndex{1}, BootId{}, crypto::SigningKey(crypto::SecretKey32(ByteArray<32>{1})), {}};
  core::SeenIndex seen;
  core::NetworkRules rules{identity, seen};
};

TEST_F(Registrations, ReserveTheNameForTheDeveloperWhoProvedIt) {
  const auto judged = Judge(ForAlice(7));
  ASSERT_EQ(NameOf(judged), "");
  const Account account = Account::Parse(std::get<Bytes>(judged)).value();
  EXPECT_EQ(account.scope, scope.id);
  EXPECT_EQ(account.control, policy::Control::kDeveloper);
  EXPECT_EQ(account.state, policy::AccountState::kReserved);
  EXPECT_EQ(account.reserved_by, RequestId{{7}});
  EXPECT_EQ(account.reserved_at_ms, kNow);
  EXPECT_TRUE(account.keys.empty());
}

// The account's id and identifier hash are a function of scope and name: every acceptor gives the same.
TEST_F(Registrations, GiveTheSameAccountWhoeverProposesThem) {
  const Account one = Account::Parse(Reserved(1).value).value();
  const Account other = Account::Parse(Reserved(2).value).value();
  EXPECT_EQ(one.id, other.id);
  EXPECT_EQ(one.identifier_hash, other.identifier_hash);
}

TEST_F(Registrations, AreForTheRecordOfTheNameThatWasProved) {
  for (const RecordId& id :
       {policy::AccountRecordId(scope.id, "bob"), policy::AccountRecordId(ScopeId{{9}}, "alice"),
        policy::ScopeRecordId(scope.id), RecordId{}}) {
    EXPECT_EQ(NameOf(Judge(id, ForAlice())), "invalid_request");
  }
}

TEST_F(Registrations, NeedTheProofOfTheScope) {
  EXPECT_EQ(NameOf(Judge(Reservation(RegistrationEvidence(envelope, stranger, scope.id, "alice")))),
            "wrong_owner");
  auth::Evidence keyless = RegistrationEvidence(envelope, developer, scope.id, "alice");
  keyless.has_key = false;
  EXPECT_EQ(NameOf(Judge(Reservation(std::move(keyless)))), "missing_header");
  auth::Evidence other_client = RegistrationEvidence(envelope, developer, scope.id, "alice");
  other_client.client_key = crypto::SecretKey32(ByteArray<32>{1});
  EXPECT_EQ(NameOf(Judge(Reservation(std::move(other_client)))), "undecryptable");
}

TEST_F(Registrations, NothingElseThanARegistrationRegisters) {
  for (const auto& [body, verdict] : {std::pair{RpcBody("personal_sign", R"(["0x00"])"), "invalid_request"},
                                      {RpcBody("eth_accounts", "[]"), "invalid_request"},
                                      {std::string("{"), "parse_error"},
                                      {std::string(), "parse_error"}}) {
    auth::Evidence evidence = RegistrationEvidence(envelope, developer, scope.id, "alice");
    evidence.body = ToBytes(body);
    EXPECT_EQ(NameOf(Judge(Reservation(std::move(evidence)))), verdict) << body;
  }
}

TEST_F(Registrations, WaitForTheScopeIfItIsNotAtHand) {
  auth::Evidence elsewhere = RegistrationEvidence(envelope, developer, ScopeId{{9}}, "alice");
  EXPECT_EQ(NameOf(Judge(Reservation(elsewhere.Clone()))), "fetch");
  const Bytes evidence = core::EncodeChange(Reservation(elsewhere.Clone()));
  EXPECT_EQ(rules.RestsOn(evidence), std::vector<RecordId>{policy::ScopeRecordId(ScopeId{{9}})});
  elsewhere.scope_id = "no uuid";
  EXPECT_EQ(NameOf(Judge(Reservation(std::move(elsewhere)))), "invalid_request");
}

TEST_F(Registrations, ATakenNameIsTaken) {
  Account active = Account::Parse(Reserved().value).value();
  active.state = policy::AccountState::kActive;
  const std::uint64_t much_later = kNow + 1'000 * policy::kReservationMs;
  rules.OnTick(much_later, much_later);
  EXPECT_EQ(NameOf(Judge(ForAlice(2, much_later), {2, {}, active.Encode()})), "duplicate_registration");
}

// Two racing registrations: the first has the name until its reservation expires (rules.md 16).
TEST_F(Registrations, AReservationHoldsUntilItExpires) {
  const Version held = Reserved(1, kNow);
  EXPECT_EQ(NameOf(Judge(ForAlice(2, kNow), held)), "registration_pending");
  EXPECT_EQ(NameOf(Judge(ForAlice(2, kNow + policy::kReservationMs - 1), held)), "registration_pending");
  EXPECT_EQ(NameOf(Judge(ForAlice(2, kNow + policy::kReservationMs), held)), "registration_pending")
      << "the proposer's word alone";
  rules.OnTick(kNow, kNow + policy::kReservationMs);
  EXPECT_EQ(NameOf(Judge(ForAlice(2, kNow + policy::kReservationMs), held)), "registration_pending")
      << "likely, but not certainly";
  rules.OnTick(kNow + policy::kReservationMs, kNow + policy::kReservationMs);
  EXPECT_EQ(NameOf(Judge(ForAlice(2, kNow + policy::kReservationMs), held)), "");
  EXPECT_EQ(NameOf(Judge(ForAlice(1, kNow + 1), held)), "");  // the same request, proposed again
  EXPECT_EQ(NameOf(Judge(ForAlice(2, 0), held)), "registration_pending");
}

TEST_F(Registrations, OnlyTheReservationsOwnRequestActivates) {
  const Version held = Reserved(1);
  Account active = Account::Parse(held.value).value();
  active.state = policy::AccountState::kActive;
  const auto activation = [](std::uint8_t request) {
    dkg::KeyCertificate certificate;
    certificate.facts.proposal.n = 3;
    certificate.facts.proposal.t = 2;
    certificate.facts.proposal.dealers = {PartyIndex{1}, PartyIndex{2}};
    certificate.facts.commitments = {BasePoint(), BasePoint()};
    return core::AccountActivation{RequestId{{request}}, std::move(certificate)};
  };
  EXPECT_EQ(NameOf(Judge(activation(2), held)), "registration_pending");
  EXPECT_EQ(NameOf(Judge(activation(1), {})), "registration_pending");
  EXPECT_EQ(NameOf(Judge(activation(1), {2, {}, active.Encode()})), "registration_pending");
  EXPECT_EQ(NameOf(Judge(activation(1), held)), "invalid_request");  // nobody confirmed such a key
}

}  // namespace
}  // namespace passport::policy_test
