// A node's own word on whether it holds a share: who may say it, of which version, and what it changes.
#include <gtest/gtest.h>

#include "trusted/core/changes.h"

namespace passport::core {
namespace {

using api::ErrorCode;

// The rules of node 1 for an account with a key that nodes 1 and 2 of three hold.
class HolderTest : public ::testing::Test {
 protected:
  HolderTest() {
    for (std::uint16_t i = 1; i <= 3; ++i) {
      keys.emplace(PartyIndex{i}, crypto::SigningKey::Generate(rng));
      peer::ManifestRow row;
      row.party = PartyIndex{i};
      row.identity_key = keys.at(PartyIndex{i}).public_key();
      identity.manifest.rows.push_back(row);
    }
    policy::Account account;
    account.state = policy::AccountState::kActive;
    policy::AccountKey key;
    key.id = KeyId{{7}};
    key.holders = {{1}, {2}};
    account.keys.push_back(std::move(key));
    version = {2, {}, account.Encode()};
  }
  HolderStatement Say(PartyIndex party, bool holds, PartyIndex signer, const replica::Version& of,
                      const RecordId& about) {
    HolderStatement out{party, KeyId{{7}}, holds, {}};
    out.signature = keys.at(signer).Sign(out.SignedHash(identity.manifest_hash, about, of.HashFor(about)));
    return out;
  }
  HolderStatement Say(PartyIndex party, bool holds) { return Say(party, holds, party, version, id); }
  // The holders after it, or nothing if it is refused.
  std::optional<std::vector<PartyIndex>> After(const HolderStatement& statement) {
    const auto judged = rules.Judge(id, version, EncodeChange(statement), PartyIndex{2});
    const auto* value = std::get_if<Bytes>(&judged);
    if (value == nullptr) return std::nullopt;
    return policy::Account::Parse(*value).value().keys.front().holders;
  }

  crypto::SeededRng rng{9};
  std::map<PartyIndex, crypto::SigningKey> keys;
  Identity identity{{}, {}, PartyIndex{1}, {}, crypto::SigningKey::Generate(rng), rng.Key()};
  SeenIndex seen;
  NetworkRules rules{identity, seen};
  RecordId id = policy::AccountRecordId(ScopeId{}, "alice");
  replica::Version version;
};

TEST_F(HolderTest, ANodeSaysOfItselfWhatTheRegisterDoesNot) {
  EXPECT_EQ(After(Say({3}, true)), (std::vector<PartyIndex>{{1}, {2}, {3}}));
  EXPECT_EQ(After(Say({1}, false)), (std::vector<PartyIndex>{{2}}));
  EXPECT_EQ(After(Say({1}, true)), std::nullopt) << "it is there already";
  EXPECT_EQ(After(Say({3}, false)), std::nullopt);
}

TEST_F(HolderTest, NobodySaysItForAnother) {
  EXPECT_EQ(After(Say({3}, true, {2}, version, id)), std::nullopt);
  EXPECT_EQ(After(Say({1}, false, {2}, version, id)), std::nullopt);
  HolderStatement stranger = Say({3}, true);
  stranger.party = {4};
  EXPECT_EQ(After(stranger), std::nullopt);
}

// Each field is in what is signed: the version and the account too, or an old word could be used again.
TEST_F(HolderTest, AWordIsGoodForOneVersionOfOneAccount) {
  replica::Version other = version;
  ++other.number;
  EXPECT_EQ(After(Say({3}, true, {3}, other, id)), std::nullopt);
  EXPECT_EQ(After(Say({3}, true, {3}, version, policy::AccountRecordId(ScopeId{}, "bob"))), std::nullopt);
  HolderStatement turned = Say({1}, true);
  turned.holds = false;
  EXPECT_EQ(After(turned), std::nullopt);
  HolderStatement of_another_key = Say({3}, true);
  of_another_key.key.bytes[0] ^= 1;
  EXPECT_EQ(After(of_another_key), std::nullopt);
  identity.manifest_hash[0] ^= 1;
  const HolderStatement elsewhere = Say({3}, true);
  identity.manifest_hash[0] ^= 1;
  EXPECT_EQ(After(elsewhere), std::nullopt);
}

TEST_F(HolderTest, OnlyAccountsHaveHolders) {
  const RecordId scope = policy::ScopeRecordId(ScopeId{});
  const auto judged =
      rules.Judge(scope, version, EncodeChange(Say({3}, true, {3}, version, scope)), PartyIndex{3});
  EXPECT_TRUE(std::holds_alternative<replica::Refused>(judged));
  const auto of_nothing = rules.Judge(id, {}, EncodeChange(Say({3}, true, {3}, {}, id)), PartyIndex{3});
  EXPECT_TRUE(std::holds_alternative<replica::Refused>(of_nothing));
}

}  // namespace
}  // namespace passport::core
