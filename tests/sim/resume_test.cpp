// A node is gone for good and another one restarted (strict rollback rule): t operators let the rest go on
// (rules.md 6, 14).
#include <gtest/gtest.h>

#include "tests/sim/client.h"

namespace passport::sim {
namespace {

using core::ResumeStatement;

class Resume : public ::testing::Test {
 protected:
  Resume() : network(Options{.rollback = peer::RollbackRule::kStrict}), rng(79) {
    network.Form();
    EXPECT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000)) << network.Health(kOne);
    client.emplace(MakeClient(network, rng));
    address = Register(network, *client, kOne, "nina");
    network.Kill(kThree);
    RestartOne();
  }

  void RestartOne() {
    network.Kill(kOne);
    network.Start(kOne);
    network.Run(3'000);
  }

  ResumeStatement Statement(std::initializer_list<PartyIndex> nodes) {
    ResumeStatement out;
    out.network = network.manifest().network_id;
    out.number = network.unix_ms() + ++number;
    out.expires_unix_ms = out.number + 60'000;
    for (const PartyIndex party : nodes) out.boots[party] = network.Boot(party);
    return out;
  }

  ResumeStatement Sign(ResumeStatement statement, std::initializer_list<PartyIndex> operators) {
    for (const PartyIndex party : operators)
      statement.signatures[party] = network.operators().at(party).Sign(statement.SignedHash());
    return statement;
  }

  std::string SignError() {
    return ErrorName(
        network.Ask(kOne, client->developer->PersonalSign("nina", ToBytes(std::string_view("x")))));
  }

  Network network;
  crypto::SeededRng rng;
  std::optional<Client> client;
  std::string address;
  std::uint64_t number = 0;
};

TEST_F(Resume, TheNodesThatGoOnSignAgain) {
  EXPECT_EQ(SignError(), "too_few_nodes");
  const ResumeStatement statement = Sign(Statement({kOne, kTwo}), {kOne, kTwo});
  EXPECT_EQ(network.Admin(kOne, statement), Status::kOk);
  EXPECT_EQ(network.Admin(kTwo, statement), Status::kOk);
  EXPECT_TRUE(Signs(network, *client, kOne, "nina", address));
  const std::string another = Register(network, *client, kTwo, "omar");
  EXPECT_TRUE(Signs(network, *client, kOne, "omar", another));
}

TEST_F(Resume, EndsWithTheNextStart) {
  const ResumeStatement statement = Sign(Statement({kOne, kTwo}), {kOne, kTwo});
  EXPECT_EQ(network.Admin(kOne, statement), Status::kOk);
  EXPECT_TRUE(Signs(network, *client, kOne, "nina", address));
  RestartOne();
  EXPECT_EQ(SignError(), "too_few_nodes");
  EXPECT_EQ(network.Admin(kOne, statement), Status::kPeerUnknown) << "it names the boot before";
  EXPECT_EQ(SignError(), "too_few_nodes");
}

TEST_F(Resume, ANodeThatStartedAgainIsNotOneThatGoesOn) {
  const ResumeStatement statement = Sign(Statement({kOne, kTwo}), {kOne, kTwo});
  network.Kill(kTwo);
  network.Start(kTwo);
  network.Run(3'000);
  EXPECT_EQ(network.Admin(kOne, statement), Status::kOk);
  EXPECT_EQ(SignError(), "too_few_nodes") << "node 2 may have an older disk now";
}

TEST_F(Resume, AStatementIsTakenOnlyAsSignedAndOnce) {
  const auto refused = [this](const ResumeStatement& statement) { return network.Admin(kOne, statement); };
  EXPECT_EQ(refused(Sign(Statement({kOne, kTwo}), {kOne})), Status::kDenied) << "one operator";
  EXPECT_EQ(refused(Sign(Statement({kOne}), {kOne, kTwo})), Status::kDenied) << "no quorum goes on";
  EXPECT_EQ(refused(Sign(Statement({kTwo}), {kOne, kTwo})), Status::kPeerUnknown) << "not this node";
  ResumeStatement other = Statement({kOne, kTwo});
  other.boots[kOne].bytes[0] ^= 1;
  EXPECT_EQ(refused(Sign(other, {kOne, kTwo})), Status::kPeerUnknown) << "another boot";
  other = Statement({kOne, kTwo});
  other.network[0] ^= 1;
  EXPECT_EQ(refused(Sign(other, {kOne, kTwo})), Status::kPeerUnknown) << "another network";
  other = Statement({kOne, kTwo});
  other.boots[{4}] = {};
  EXPECT_EQ(refused(Sign(other, {kOne, kTwo})), Status::kPeerUnknown) << "no such node";
  other = Statement({kOne, kTwo});
  other.expires_unix_ms = 1;
  EXPECT_EQ(refused(Sign(other, {kOne, kTwo})), Status::kPeerReplay) << "expired";
  other = Sign(Statement({kOne, kTwo}), {kOne, kTwo});
  other.signatures[kThree] = other.signatures[kTwo];
  EXPECT_EQ(refused(other), Status::kBadSignature) << "of another operator";
  other = Sign(Statement({kOne, kTwo}), {kOne, kTwo});
  ++other.number;
  EXPECT_EQ(refused(other), Status::kBadSignature) << "changed after signing";
  other = Statement({kOne, kTwo});
  other.expires_unix_ms = other.number + core::kStatementLifeMaxMs + 1;
  EXPECT_EQ(refused(Sign(other, {kOne, kTwo})), Status::kStatementLife) << "valid for too long";
  other = Statement({kOne, kTwo});
  other.number = UINT64_MAX;
  EXPECT_EQ(refused(Sign(other, {kOne, kTwo})), Status::kPeerReplay) << "no number would come after it";
  EXPECT_EQ(SignError(), "too_few_nodes");
  const ResumeStatement good = Sign(Statement({kOne, kTwo}), {kOne, kTwo});
  EXPECT_EQ(refused(good), Status::kOk);
  EXPECT_EQ(refused(good), Status::kPeerReplay);
}

TEST_F(Resume, EveryCutOfAStatementIsMalformed) {
  const Bytes whole = Sign(Statement({kOne, kTwo}), {kOne, kTwo}).Encode();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(network.AdminBytes(kOne, ByteSpan(whole).first(size)), Status::kMalformed) << size;
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_EQ(network.AdminBytes(kOne, longer), Status::kMalformed);
}

}  // namespace
}  // namespace passport::sim
