// Who may create and change a scope, and that no signature is taken twice (rules.md 3).
#include <gtest/gtest.h>

#include <functional>

#include "edl/base/uuid.h"
#include "tests/unit/policy/scope_acceptor.h"
#include "tests/unit/policy/twins.h"

namespace passport::policy_test {
namespace {

using client::DeveloperKey;

class ScopeSignatures : public ::testing::Test {
 protected:
  // A scope of the owner, made with this config.
  ScopeId Make(std::string_view config = "{}") {
    const api::SignedConfig creation = Sign(owner, config);
    EXPECT_EQ(acceptor.Create(creation), "");
    return IdOf(creation);
  }
  // {"scope_id": that scope, "revision": n}
  static std::string Numbered(const ScopeId& scope, std::uint64_t revision) {
    return R"({"scope_id":")" + FormatUuid(scope.bytes) + R"(","revision":)" + std::to_string(revision) + "}";
  }

  DeveloperKey owner = DeveloperKey::Generate();
  DeveloperKey stranger = DeveloperKey::Generate();
  ScopeAcceptor acceptor;
};

TEST_F(ScopeSignatures, TheSignerOfAScopeIsItsOnlyOwner) {
  const api::SignedConfig creation = Sign(owner, R"({"name":"first"})");
  ASSERT_EQ(acceptor.Create(creation), "");
  const policy::Scope scope = acceptor.At(IdOf(creation));
  ASSERT_EQ(scope.owners.size(), 1u);
  EXPECT_EQ(ToBytes(scope.owners[0]), owner.EncodePublic());
  EXPECT_EQ(scope.config, creation.config);
  EXPECT_EQ(acceptor.Update(scope.id, Sign(stranger, "{}")), "wrong_owner");
  EXPECT_EQ(acceptor.Update(scope.id, Sign(owner, R"({"name":"second"})")), "");
  EXPECT_EQ(acceptor.At(scope.id).config, R"({"name":"second"})");
  EXPECT_EQ(acceptor.At(scope.id).owners, scope.owners);
  EXPECT_EQ(acceptor.At(scope.id).id, scope.id);
}

TEST_F(ScopeSignatures, AConfigIsTakenOnlyAsItWasSigned) {
  const ScopeId scope = Make();
  api::SignedConfig config = Sign(owner, R"({"name":"a"})");
  const std::pair<const char*, std::function<void(api::SignedConfig&)>> rows[] = {
      {"unauthorized", [](auto& c) { c.config = R"({"name":"b"})"; }},
      {"unauthorized", [](auto& c) { c.config += ' '; }},
      {"unauthorized", [](auto& c) { c.config = ToBase64(AsBytes(c.config)); }},
      {"unauthorized", [this](auto& c) { c.public_key = stranger.EncodePublic(); }},
      {"unauthorized", [this](auto& c) { c.signature = owner.Sign("another text"); }},
      {"malformed_proof", [](auto& c) { c.signature.clear(); }},
      {"malformed_proof", [](auto& c) { c.signature.push_back(0); }},
      {"malformed_proof", [](auto& c) { c.signature.pop_back(); }},
      {"malformed_proof", [](auto& c) { c.signature[1] ^= 1; }},
      {"malformed_proof", [](auto& c) { c.signature[0] = 0x31; }},
      {"malformed_proof",
       [](auto& c) {
         c.signature.insert(c.signature.begin() + 1, 0x81);  // the length in two bytes: BER, not DER
       }},
      {"malformed_proof",
       [](auto& c) {
         c.signature = WriteDer({ReadDer(c.signature).r, Bytes(32)});
       }},
      {"malformed_proof",
       [](auto& c) {
         c.signature = WriteDer({Bytes(32), ReadDer(c.signature).s});
       }},
      {"malformed_proof",
       [](auto& c) {
         c.signature = WriteDer({ReadDer(c.signature).r, ToBytes(kOrderP256)});
       }},
      {"malformed_proof", [](auto& c) { c.public_key.clear(); }},
      {"malformed_proof", [](auto& c) { c.public_key.push_back(0); }},
      {"malformed_proof", [](auto& c) { c.public_key.pop_back(); }},
      {"malformed_proof", [](auto& c) { c.public_key.back() ^= 1; }},  // no point of the curve
      {"malformed_proof", [](auto& c) { c.public_key[26] = 0x02; }},
  };
  std::size_t number = 0;
  for (const auto& [error, change] : rows) {
    api::SignedConfig changed = config;
    change(changed);
    EXPECT_EQ(acceptor.Update(scope, changed), error) << "row " << number;
    EXPECT_EQ(acceptor.Create(changed), error) << "row " << number;
    ++number;
  }
  EXPECT_EQ(acceptor.Update(scope, config), "");
}

TEST_F(ScopeSignatures, BothFormsOfSAreOneSignature) {
  const api::SignedConfig creation = Sign(owner, "{}");
  api::SignedConfig twin = creation;
  twin.signature = Twin(creation.signature);
  ASSERT_NE(twin.signature, creation.signature);
  const auto one = crypto::ParseP256Signature(creation.signature).value();
  const auto other = crypto::ParseP256Signature(twin.signature).value();
  EXPECT_EQ(one.r, other.r);
  EXPECT_EQ(one.s, other.s);
  EXPECT_EQ(IdOf(creation), IdOf(twin));
  for (const api::SignedConfig& each : {creation, twin}) EXPECT_EQ(ScopeAcceptor().Create(each), "");
}

// Every way to use an r again: where it was used first, what it is used for next, and how it is dressed up.
TEST_F(ScopeSignatures, AnRThatWasSeenIsRefusedWhateverItsEncodingMethodOrScope) {
  const ScopeId a = Make();
  const ScopeId b = Make(R"({"name":"b"})");
  const api::SignedConfig first_creation = Sign(owner, R"({"name":"created"})");
  const api::SignedConfig first_update = Sign(owner, R"({"name":"updated"})");
  const ScopeId created = IdOf(first_creation);
  ASSERT_EQ(acceptor.Create(first_creation), "");
  ASSERT_EQ(acceptor.Update(a, first_update), "");

  for (const api::SignedConfig& first : {first_creation, first_update}) {
    const std::string text = R"({"name":"another text"})";
    const api::SignedConfig disguises[] = {
        first,
        {first.config, Twin(first.signature), first.public_key},
        {text, SignWithNonceOf(owner, first.signature, first.config, text), first.public_key},
        {text, Twin(SignWithNonceOf(owner, first.signature, first.config, text)), first.public_key},
    };
    for (const api::SignedConfig& again : disguises) {
      ASSERT_TRUE(policy::VerifyConfig(again, true).ok());  // nothing but its r is wrong with it
      EXPECT_EQ(acceptor.Create(again), "replayed");
      EXPECT_EQ(acceptor.Update(a, again), "replayed");
      EXPECT_EQ(acceptor.Update(b, again), "replayed");
      EXPECT_EQ(acceptor.Update(created, again), "replayed");
    }
  }
  EXPECT_EQ(acceptor.At(a).config, first_update.config);
  EXPECT_EQ(acceptor.At(b).config, R"({"name":"b"})");
  EXPECT_EQ(acceptor.At(created).config, first_creation.config);
}

TEST_F(ScopeSignatures, AnRIsRememberedAfterAnyNumberOfLaterUpdates) {
  const ScopeId scope = Make();
  const api::SignedConfig old = Sign(owner, R"({"name":"old"})");
  ASSERT_EQ(acceptor.Update(scope, old), "");
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ(acceptor.Update(scope, Sign(owner, R"({"name":"n)" + std::to_string(i) + "\"}")), "");
  EXPECT_EQ(acceptor.Update(scope, old), "replayed");
}

TEST_F(ScopeSignatures, AnUnknownScopeCannotBeUpdated) {
  EXPECT_EQ(acceptor.Update(ScopeId{{1}}, Sign(owner, "{}")), "unknown_scope");
}

TEST_F(ScopeSignatures, AScopeIdInAConfigIsForThatScopeOnly) {
  const ScopeId a = Make();
  const ScopeId b = Make(R"({"name":"b"})");
  EXPECT_EQ(acceptor.Update(b, Sign(owner, Numbered(a, 1))), "scope_config");
  EXPECT_EQ(acceptor.Create(Sign(owner, Numbered(a, 1))), "scope_config");
  EXPECT_EQ(acceptor.Update(a, Sign(owner, Numbered(a, 1))), "");
}

// An owner who chooses the nonce first knows the scope's id before he signs.
TEST_F(ScopeSignatures, AConfigMayNameTheVeryScopeItCreates) {
  const api::SignedConfig draft = Sign(owner, "{}");
  const std::string config = Numbered(IdOf(draft), 1);
  const api::SignedConfig creation{config, SignWithNonceOf(owner, draft.signature, draft.config, config),
                                   draft.public_key};
  ASSERT_EQ(IdOf(creation), IdOf(draft));
  EXPECT_EQ(acceptor.Create(creation), "");
  EXPECT_EQ(acceptor.Update(IdOf(draft), draft), "replayed");
}

TEST_F(ScopeSignatures, ARevisionMustRiseOnceThereIsOne) {
  const ScopeId scope = Make(R"({"revision":5})");
  const std::pair<const char*, const char*> rows[] = {
      {R"({"revision":5})", "replayed"},
      {R"({"revision":4})", "replayed"},
      {R"({"revision":0})", "replayed"},
      {R"({"name":"none"})", "replayed"},
      {R"({"revision":6})", ""},
      {R"({"revision":6})", "replayed"},
      {R"({"revision":1000000})", ""},
      {R"({"revision":999999})", "replayed"},
      {R"({"revision":18446744073709551615})", ""},
      {R"({"revision":18446744073709551615})", "replayed"},
  };
  for (const auto& [config, verdict] : rows)
    EXPECT_EQ(acceptor.Update(scope, Sign(owner, config)), verdict) << config;
}

// With both members a signature cannot be used again, so it need not be remembered; a scope can then be
// changed for ever in constant space.
TEST_F(ScopeSignatures, AConfigWithScopeIdAndRevisionCannotBeReplayedAndTakesNoSpace) {
  const ScopeId scope = Make();
  const ScopeId other = Make(R"({"name":"other"})");
  const std::size_t remembered = acceptor.At(scope).used.size();
  const api::SignedConfig update = Sign(owner, Numbered(scope, 1));
  ASSERT_EQ(acceptor.Update(scope, update), "");
  EXPECT_EQ(acceptor.At(scope).used.size(), remembered);
  for (const Bytes& signature : {update.signature, Twin(update.signature)}) {
    const api::SignedConfig again{update.config, signature, update.public_key};
    EXPECT_EQ(acceptor.Update(scope, again), "replayed");
    EXPECT_EQ(acceptor.Update(other, again), "scope_config");
    EXPECT_EQ(acceptor.Create(again), "scope_config");
  }
  ASSERT_EQ(acceptor.Update(scope, Sign(owner, Numbered(scope, 2))), "");
  EXPECT_EQ(acceptor.Update(scope, update), "replayed");
}

TEST_F(ScopeSignatures, EitherMemberAloneIsNotEnoughToBeForgotten) {
  const ScopeId scope = Make();
  const std::string uuid = FormatUuid(scope.bytes);
  for (const std::string& config : {R"({"scope_id":")" + uuid + "\"}", std::string(R"({"revision":1})")}) {
    const std::size_t before = acceptor.At(scope).used.size();
    ASSERT_EQ(acceptor.Update(scope, Sign(owner, config)), "") << config;
    EXPECT_EQ(acceptor.At(scope).used.size(), before + 1) << config;
  }
}

TEST_F(ScopeSignatures, AScopeThatHasRememberedItsFillTakesNumberedConfigsOnly) {
  policy::Scope full = acceptor.At(Make());
  crypto::SeededRng rng(1);
  while (full.used.size() < policy::kUsedMax) full.used.push_back(rng.Array<32>());
  acceptor.Learn(full);
  EXPECT_EQ(acceptor.Update(full.id, Sign(owner, R"({"name":"one more"})")), "scope_config");
  EXPECT_EQ(acceptor.Update(full.id, Sign(owner, Numbered(full.id, 1))), "");
}

TEST_F(ScopeSignatures, ABadConfigIsRefusedAlthoughItIsSigned) {
  const ScopeId scope = Make();
  for (const auto& [config, error] : {std::pair{R"({"unknown":1})", "scope_config"},
                                      {R"({"name":1,"name":2})", "scope_config"},
                                      {"no json", "bad_base64"}}) {
    EXPECT_EQ(acceptor.Update(scope, Sign(owner, config)), error);
    EXPECT_EQ(acceptor.Create(Sign(owner, config)), error);
  }
}

// Proposers are not believed: the record must be the one that the evidence is about.
TEST(ScopeRecords, EvidenceIsRefusedForAnyOtherRecord) {
  const DeveloperKey owner = DeveloperKey::Generate();
  core::Identity identity{
      {}, {}, PartyIndex{1}, BootId{}, crypto::SigningKey(crypto::SecretKey32(ByteArray<32>{1})), {}};
  const core::SeenIndex seen;
  core::NetworkRules rules(identity, seen);
  const api::SignedConfig creation = Sign(owner, "{}");
  const RecordId right = policy::ScopeRecordId(IdOf(creation));
  RecordId other = right;
  other.bytes[31] ^= 1;
  const Bytes evidence = core::EncodeChange(core::ScopeCreation{creation});
  const auto judge = [&](const RecordId& id, ByteSpan bytes) {
    return rules.Judge(id, replica::Version{}, bytes, PartyIndex{2});
  };
  EXPECT_TRUE(std::holds_alternative<Bytes>(judge(right, evidence)));
  EXPECT_TRUE(std::holds_alternative<replica::Refused>(judge(other, evidence)));
  EXPECT_TRUE(std::holds_alternative<replica::Refused>(judge(policy::EnvelopeRecordId(), evidence)));
  for (std::size_t size = 0; size < evidence.size(); ++size)
    EXPECT_TRUE(std::holds_alternative<replica::Refused>(judge(right, ByteSpan(evidence).first(size))))
        << size;
}

}  // namespace
}  // namespace passport::policy_test
