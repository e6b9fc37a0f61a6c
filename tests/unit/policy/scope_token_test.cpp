// Closed networks: who may create scopes (trusted/core/scope_creation.h).
#include <gtest/gtest.h>

#include "tests/unit/policy/scope_acceptor.h"

namespace passport::policy_test {
namespace {

using client::DeveloperKey;

class ScopeTokens : public ::testing::Test {
 protected:
  ScopeTokens() {
    manifest.network_id = {0x4e};
    manifest.profile = peer::Profile::kClosed;
    for (std::uint16_t party = 1; party <= 2; ++party) {
      peer::ManifestRow row;
      row.party = PartyIndex{party};
      row.operator_key = OperatorOf(party).public_key();
      manifest.rows.push_back(row);
    }
  }
  static crypto::SigningKey OperatorOf(std::uint16_t party) {
    return crypto::SigningKey(crypto::SecretKey32(ByteArray<32>{static_cast<std::uint8_t>(party), 9}));
  }
  std::string Config(std::uint16_t party, const crypto::SigningKey& key, const DeveloperKey& whose) const {
    const auto signature = key.Sign(peer::ScopeTokenStatement(manifest.network_id, whose.EncodePublic()));
    return R"({"operator_token":{"party":)" + std::to_string(party) + R"(,"signature":")" + ToHex(signature) +
           "\"}}";
  }
  Verdict Create(const std::string& config) { return ScopeAcceptor(manifest).Create(Sign(owner, config)); }

  peer::Manifest manifest;
  DeveloperKey owner = DeveloperKey::Generate();
};

TEST_F(ScopeTokens, AClosedNetworkTakesScopesOfOwnersWithATokenOnly) {
  EXPECT_EQ(Create("{}"), "not_permitted");
  EXPECT_EQ(Create(Config(1, OperatorOf(1), owner)), "");
  EXPECT_EQ(Create(Config(2, OperatorOf(2), owner)), "");
}

TEST_F(ScopeTokens, ATokenIsOfAnOperatorForOneKeyInOneNetwork) {
  EXPECT_EQ(Create(Config(1, OperatorOf(2), owner)), "unauthorized") << "another operator's number";
  EXPECT_EQ(Create(Config(3, OperatorOf(3), owner)), "unauthorized") << "nobody's";
  EXPECT_EQ(Create(Config(1, OperatorOf(1), DeveloperKey::Generate())), "unauthorized") << "another's token";
  const std::string elsewhere = Config(1, OperatorOf(1), owner);
  manifest.network_id = {0x4f};
  EXPECT_EQ(Create(elsewhere), "unauthorized");
}

TEST_F(ScopeTokens, OpenNetworksNeedNoneAndJudgeThoseThatAreThere) {
  for (const auto profile : {peer::Profile::kDevnet, peer::Profile::kProduction}) {
    manifest.profile = profile;
    EXPECT_EQ(Create("{}"), "");
    EXPECT_EQ(Create(Config(1, OperatorOf(2), owner)), "unauthorized");
  }
}

// Updates are the owner's: who was let in stays in.
TEST_F(ScopeTokens, AnUpdateNeedsNoToken) {
  ScopeAcceptor acceptor(manifest);
  const auto created = Sign(owner, Config(1, OperatorOf(1), owner));
  ASSERT_EQ(acceptor.Create(created), "");
  EXPECT_EQ(acceptor.Update(IdOf(created), Sign(owner, R"({"name":"later"})")), "");
}

}  // namespace
}  // namespace passport::policy_test
