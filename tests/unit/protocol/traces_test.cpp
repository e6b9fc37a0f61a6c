// One hash for all bytes that go one way between two parties, of every protocol from a fixed seed. A change
// of one is a change of what goes over the wire, or of the order in which randomness is drawn; it belongs
// into the commit message.
#include <gtest/gtest.h>

#include "tests/unit/ot/whole.h"
#include "tests/unit/protocol/sign_network.h"

namespace passport::test::traces {
namespace {

// "from>to first 16 digits" of each direction.
std::vector<std::string> TracesOf(const Wire& wire, const Parties& parties) {
  std::vector<std::string> out;
  for (const PartyIndex from : parties) {
    for (const PartyIndex to : parties) {
      if (from == to) continue;
      out.push_back(std::to_string(from.value) + ">" + std::to_string(to.value) + " " +
                    ToHex(wire.Trace(from, to)).substr(0, 16));
    }
  }
  return out;
}

using Expected = std::vector<std::string>;

TEST(Traces, OfKeyGeneration) {
  EXPECT_EQ(TracesOf(RunDkg(MakeProposal(2, 3), 1).wire, {{1}, {2}, {3}}),
            (Expected{"1>2 880b66a91ebc169d", "1>3 9e1dc2ecd927c4f4", "2>1 33fe186600153476",
                      "2>3 e901dd811537f9db", "3>1 dd78b08b19123144", "3>2 a974af9c9b55ec3e"}));
}

TEST(Traces, OfSigning) {
  SignScript script;
  script.binds_digest = true;
  EXPECT_EQ(TracesOf(RunSign(Cluster(2, 3, 1), {{1}, {3}}, 1, script).wire, {{1}, {3}}),
            (Expected{"1>3 74a3c4491f4fcb44", "3>1 25d5124a2d7bd586"}));
}

TEST(Traces, OfAPresignatureAndItsOnlineRound) {
  EXPECT_EQ(TracesOf(RunSign(Cluster(2, 3, 1), {{1}, {3}}, 1).wire, {{1}, {3}}),
            (Expected{"1>3 c9e0de8e602b1b37", "3>1 f91367927d4773c8"}));
  EXPECT_EQ(TracesOf(RunSign(Cluster(3, 3, 1), {{1}, {2}, {3}}, 1).wire, {{1}, {2}, {3}}),
            (Expected{"1>2 a648b05eecfeec10", "1>3 9caa03a92f217100", "2>1 b951b7226185a7a4",
                      "2>3 8417002678446bd7", "3>1 76628c3430806f6d", "3>2 425d0ad285dc7128"}));
}

TEST(Traces, OfAPairSetup) {
  ot::SetupRoster roster{Hash32{1}, 1, {{1}, 0, {}}, {{2}, 0, {}}};
  crypto::SeededRng rng(1);
  Wire wire{{}};
  auto start = ot::StartLower(roster, rng);
  wire.Send({1, {1}, {2}}, start.out.Encode());
  auto respond = ot::RespondHigher(roster, std::move(start.out), rng).value();
  wire.Send({2, {2}, {1}}, respond.out.Encode());
  auto finish = ot::FinishLower(std::move(start.next), std::move(respond.out), rng).value();
  wire.Send({3, {1}, {2}}, finish.out.Encode());
  auto confirm = ot::FinishHigher(std::move(respond.next), std::move(finish.out)).value();
  wire.Send({4, {2}, {1}}, confirm.out.Encode());
  ASSERT_TRUE(ot::ConfirmLower(std::move(finish.next), confirm.out).ok());
  EXPECT_EQ(TracesOf(wire, {{1}, {2}}), (Expected{"1>2 d19ae287c335a882", "2>1 2b24efa8305fa981"}));
}

}  // namespace
}  // namespace passport::test::traces
