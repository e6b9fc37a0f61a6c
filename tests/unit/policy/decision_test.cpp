// One enclave's own decision: what a client sent and this enclave's records in, a Grant or a refusal out.
#include "trusted/core/decision.h"

#include <gtest/gtest.h>

#include <functional>

#include "edl/base/uuid.h"
#include "tests/unit/policy/proofs.h"
#include "trusted/eth/message.h"
#include "trusted/policy/record_ids.h"

namespace passport::policy_test {
namespace {

using client::DeveloperKey;
using policy::Control;
using replica::NeedRecords;
using replica::Version;

constexpr ByteArray<16> kNetwork{0x4e};

// Records that this enclave holds (number 0: it knows that there is none) or has yet to fetch.
class Records final : public core::RegisterView {
 public:
  const Version* Local(const RecordId& id) override {
    if (away_.contains(id)) return nullptr;
    return &held_[id];
  }
  const replica::Version* Pending(const RecordId&) override { return nullptr; }
  std::uint64_t LatestMs() const override { return 0; }
  void Hold(const RecordId& id, std::uint64_t number, Bytes value) {
    held_[id] = {number, {}, std::move(value)};
  }
  void TakeAway(const RecordId& id) { away_.insert({id, true}); }

 private:
  std::map<RecordId, Version> held_;
  std::map<RecordId, bool> away_;
};

class Decisions : public ::testing::Test {
 protected:
  Decisions() {
    records.Hold(scope_record, 3, scope.Encode());
    records.Hold(account_record, 2, ActiveAccount(scope.id, Control::kDeveloper).Encode());
  }
  auth::Evidence Evidence(std::string_view username = "alice") {
    return WalletEvidence(envelope, developer, scope.id, username, RpcBody("personal_sign", R"(["0xc0fe"])"));
  }
  core::Deciding With(Records& from) { return {from, chain_codes, memory, {kNetwork, true}, RequestId{{1}}}; }
  // The error's name, "fetch" if a record is needed first, "" for a Grant.
  std::string Verdict(const auth::Evidence& evidence) {
    const auto judged = core::Decide(evidence, With(records));
    if (const auto* error = std::get_if<api::Error>(&judged)) return api::RowOf(error->code).name;
    return std::holds_alternative<NeedRecords>(judged) ? "fetch" : "";
  }

  Envelope envelope{1};
  DeveloperKey developer = DeveloperKey::Generate();
  policy::Scope scope = ScopeOf(developer);
  RecordId scope_record = policy::ScopeRecordId(scope.id);
  RecordId account_record = policy::AccountRecordId(scope.id, "alice");
  Records records;
  NoChainCodes chain_codes;
  core::RequestMemory memory{false};
};

TEST_F(Decisions, AGrantNamesTheRecordVersionsItRestsOn) {
  const auto judged = core::Decide(Evidence(), With(records));
  const auto* decision = std::get_if<core::Decision>(&judged);
  ASSERT_NE(decision, nullptr);
  EXPECT_EQ(decision->grant.digest(), eth::PersonalMessageDigest(Bytes{0xc0, 0xfe}));
  EXPECT_EQ(decision->facts.caller.username, "alice");
  EXPECT_EQ(decision->facts.scope_ref,
            (core::RecordRef{scope_record, 3, records.Local(scope_record)->HashFor(scope_record)}));
  EXPECT_EQ(decision->facts.account_ref,
            (core::RecordRef{account_record, 2, records.Local(account_record)->HashFor(account_record)}));
}

TEST_F(Decisions, ARecordRefIsFixedInFormAndComesBack) {
  const core::RecordRef ref{scope_record, 3, Hash32{9}};
  Writer out;
  core::WriteRecordRef(out, ref);
  EXPECT_EQ(out.bytes().size(), 32 + 8 + 32u);
  Reader in(out.bytes());
  EXPECT_EQ(core::ReadRecordRef(in), ref);
  EXPECT_TRUE(in.Done());
}

// Handlers run again when a record has been fetched (rules.md 11): nothing is decided without it.
TEST_F(Decisions, ARecordThatIsNotAtHandIsNamed) {
  for (const RecordId& id : {scope_record, account_record}) {
    Records some = records;
    some.TakeAway(id);
    const auto judged = core::Decide(Evidence(), With(some));
    const auto* need = std::get_if<NeedRecords>(&judged);
    ASSERT_NE(need, nullptr);
    EXPECT_EQ(need->ids, std::vector<RecordId>{id});
  }
}

TEST_F(Decisions, TheScopeHeaderNamesAScopeThatExists) {
  const std::pair<std::string, const char*> rows[] = {
      {"", "missing_header"},
      {"no uuid", "unknown_scope"},
      {FormatUuid(scope.id.bytes) + "0", "unknown_scope"},
      {"{" + FormatUuid(scope.id.bytes).substr(1), "unknown_scope"},
      {FormatUuid(ByteArray<16>{}), "unknown_scope"},
      {"123E4567-E89B-42D3-A456-426614174000", ""},  // UUIDs may be written in either case
  };
  for (const auto& [header, verdict] : rows) {
    auth::Evidence evidence = Evidence();
    evidence.scope_id = header;
    EXPECT_EQ(Verdict(evidence), verdict) << header;
  }
}

// Without a proof nobody learns whether a name is registered.
TEST_F(Decisions, TheProofComesBeforeTheLookUpOfTheUser) {
  EXPECT_EQ(Verdict(Evidence("nobody")), "unknown_user");
  const DeveloperKey stranger = DeveloperKey::Generate();
  for (const char* name : {"alice", "nobody"}) {
    const auth::Evidence evidence =
        WalletEvidence(envelope, stranger, scope.id, name, RpcBody("personal_sign", R"(["0xc0fe"])"));
    EXPECT_EQ(Verdict(evidence), "wrong_owner") << name;
    auth::Evidence unproved = Evidence(name);
    unproved.encrypted_key_signature.clear();
    EXPECT_EQ(Verdict(unproved), "missing_header") << name;
  }
}

TEST_F(Decisions, AnAccountOfAnotherControlIsRefused) {
  for (const Control control : {Control::kUser, Control::kHybrid}) {
    records.Hold(account_record, 2, ActiveAccount(scope.id, control).Encode());
    EXPECT_EQ(Verdict(Evidence()), "unauthorized");
  }
}

TEST_F(Decisions, ARecordThatDoesNotParsePermitsNothing) {
  records.Hold(account_record, 2, {});
  EXPECT_EQ(Verdict(Evidence()), "internal");
  records.Hold(scope_record, 3, {1});
  EXPECT_EQ(Verdict(Evidence()), "internal");
}

TEST_F(Decisions, OnlySigningRequestsAreDecidedHere) {
  for (const auto& [body, verdict] : {std::pair{RpcBody("eth_accounts", "[]"), "invalid_request"},
                                      {RpcBody("eth_sign", "[]"), "method_not_found"},
                                      {RpcBody("createLambda", "{}"), "not_available"},
                                      {std::string("{"), "parse_error"},
                                      {std::string(), "parse_error"}}) {
    auth::Evidence evidence = Evidence();
    evidence.body = ToBytes(body);
    EXPECT_EQ(Verdict(evidence), verdict) << body;
  }
}

// A derived key needs the chain code, which is in shares only: it is fetched, or another node is asked.
TEST_F(Decisions, ADerivedKeyNeedsAShare) {
  auth::Evidence evidence = Evidence();
  evidence.encrypted_user = envelope.Seal(R"({"username":"alice","derivation_path":"m/0/5"})");
  evidence.encrypted_key_signature = envelope.Seal(ToJson(KeyAssertion(developer, evidence.encrypted_user)));
  EXPECT_EQ(Verdict(evidence), "too_few_nodes");
  evidence.encrypted_user = envelope.Seal(R"({"username":"alice","derivation_path":"m/0'"})");
  evidence.encrypted_key_signature = envelope.Seal(ToJson(KeyAssertion(developer, evidence.encrypted_user)));
  EXPECT_EQ(Verdict(evidence), "invalid_params");
  evidence.encrypted_user = envelope.Seal(R"({"username":"alice","derivation_path":""})");
  evidence.encrypted_key_signature = envelope.Seal(ToJson(KeyAssertion(developer, evidence.encrypted_user)));
  EXPECT_EQ(Verdict(evidence), "invalid_params");
  evidence.encrypted_user = envelope.Seal(R"({"username":"alice","derivation_path":5})");
  evidence.encrypted_key_signature = envelope.Seal(ToJson(KeyAssertion(developer, evidence.encrypted_user)));
  EXPECT_EQ(Verdict(evidence), "invalid_params");
}

// What legacy mode cannot prevent, because the published SDK signs neither method nor parameters
// (docs/threat-model.md). Bound mode is in binding_test.cpp.
TEST_F(Decisions, ALegacyHeaderSetServesForAnyPayloadOfItsUser) {
  auth::Evidence evidence = Evidence();
  evidence.body = ToBytes(RpcBody("personal_sign", R"(["0xdead"])"));
  EXPECT_EQ(Verdict(evidence), "");
  EXPECT_EQ(Verdict(evidence), "");
}

}  // namespace
}  // namespace passport::policy_test
