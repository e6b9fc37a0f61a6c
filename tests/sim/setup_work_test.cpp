// Pair setups and the envelope key are computed in `resume` calls (rules.md 28): one step in each, anything
// else goes on between them, and a host that offers none delays them and nothing else.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace passport::sim {
namespace {

using core::MessageKind;
using core::PeerMessage;

constexpr std::size_t kStepsOfHalf = ot::kBaseOts / ot::kStepBaseOts;  // of one side of one direction
constexpr std::size_t kStepsOfSetup = 3 * kStepsOfHalf;                // of one node

class SetupWork : public RelayedTest {
 protected:
  // Nodes 1 and 3 begin a new setup, as after a failed check of node 3's; node 1 gets so far with its first
  // part.
  void ResetAndStopAfter(std::size_t resumes) {
    network.LimitResumes(kOne, resumes);
    const std::size_t before = network.resumes(kOne);
    for (std::uint32_t attempt = 60; attempt > 0; --attempt)
      network.Forge(kThree, kOne, {MessageKind::kSetupReset, {}, Writer().U32(attempt).Take()});
    network.Run(20);
    ASSERT_EQ(network.resumes(kOne), before + resumes);
    ASSERT_FALSE(PeerFlag(network, kOne, kThree, "ready"));
  }
  void ExpectPairOfOneAndThreeSigns() {
    for (const PartyIndex party : {kOne, kThree}) network.LimitResumes(party, std::nullopt);
    EXPECT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000)) << network.Health(kOne);
    network.Hang(kTwo, true);
    EXPECT_TRUE(world.Signs(kOne));
    EXPECT_TRUE(world.Signs(kThree));
    network.Hang(kTwo, false);
    EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
  }
  // The attempts of the setups that node 1 has said hello for.
  void WatchHellos(std::vector<std::uint32_t>& attempts) {
    network.core_tap = [&attempts](PartyIndex from, PartyIndex, PeerMessage& message) {
      if (from == kOne && message.kind == MessageKind::kSetupHello)
        attempts.push_back(Reader(message.body).U32());
      return true;
    };
  }
};

TEST_F(SetupWork, ASetupTakesItsStepsAtBothNodesAndNoCallComputesMore) {
  const std::size_t of_one = network.resumes(kOne);
  const std::size_t of_two = network.resumes(kTwo);
  const std::size_t of_three = network.resumes(kThree);
  network.TakeMostDraws();
  ResetAndStopAfter(0);
  network.LimitResumes(kOne, std::nullopt);
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 4'000));
  network.Run(100);
  EXPECT_EQ(network.resumes(kOne) - of_one, kStepsOfSetup);
  EXPECT_EQ(network.resumes(kThree) - of_three, kStepsOfSetup);
  EXPECT_EQ(network.resumes(kTwo), of_two);  // nobody asks for calls that have nothing to do
  // Two draws for each instance, and what begins the next part.
  EXPECT_LE(network.TakeMostDraws(), 2 * ot::kStepBaseOts + 3);
  EXPECT_EQ(network.Logged(Event::kPairReady, kOne), 1u);
  EXPECT_EQ(network.Logged(Event::kPairReady, kThree), 1u);
}

TEST_F(SetupWork, SetupsWithTwoPeersTakeTurns) {
  ResetAndStopAfter(10);
  for (std::uint32_t attempt = 60; attempt > 0; --attempt)
    network.Forge(kTwo, kOne, {MessageKind::kSetupReset, {}, Writer().U32(attempt).Take()});
  std::vector<PartyIndex> hellos;
  network.core_tap = [&hellos](PartyIndex, PartyIndex to, PeerMessage& message) {
    if (message.kind == MessageKind::kSetupHello) hellos.push_back(to);
    return true;
  };
  network.LimitResumes(kOne, 2 * (kStepsOfHalf - 10));  // what is left with node 3, and as much with node 2
  network.Run(20);
  EXPECT_EQ(hellos, std::vector{kThree});
  network.LimitResumes(kOne, 9);
  network.Run(20);
  EXPECT_EQ(hellos.size(), 1u);
  network.LimitResumes(kOne, std::nullopt);
  EXPECT_TRUE(network.RunUntil([&] { return Whole(network); }, 4'000));
}

TEST_F(SetupWork, SigningWithAnotherPairGoesOnBetweenTheSteps) {
  ResetAndStopAfter(10);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(world.Signs(kOne));
    EXPECT_TRUE(world.Signs(kTwo));
    network.LimitResumes(kOne, 5);
    network.Run(20);
  }
  EXPECT_FALSE(PeerFlag(network, kOne, kThree, "ready"));
  EXPECT_EQ(network.Logged(Event::kSignRetry), 0u);
  ExpectPairOfOneAndThreeSigns();
}

TEST_F(SetupWork, AHostThatNeverResumesDelaysTheSetupAndNothingElse) {
  std::vector<std::uint32_t> attempts;
  WatchHellos(attempts);
  ResetAndStopAfter(kStepsOfHalf);
  ASSERT_EQ(attempts.size(), 1u);
  network.Run(60'000);
  EXPECT_FALSE(PeerFlag(network, kOne, kThree, "ready"));
  EXPECT_TRUE(world.Signs(kOne));
  EXPECT_EQ(attempts.size(), 1u);
  network.LimitResumes(kOne, kStepsOfHalf);
  network.Run(20);
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_GT(attempts[1], attempts[0]);  // too late for the first: it is made anew
  ExpectPairOfOneAndThreeSigns();
}

// An attempt waits for at most 40 s, but as long as steps are made it goes on.
TEST_F(SetupWork, ASlowHostFinishesTheAttemptThatItBegan) {
  std::vector<std::uint32_t> attempts;
  WatchHellos(attempts);
  constexpr std::size_t kSlow = 12;
  ResetAndStopAfter(kStepsOfHalf - kSlow);
  for (std::size_t i = 0; i < kSlow; ++i) {
    EXPECT_TRUE(attempts.empty());
    network.Run(4'000);
    network.LimitResumes(kOne, 1);
    network.Run(20);
  }
  EXPECT_EQ(attempts.size(), 1u);
  ExpectPairOfOneAndThreeSigns();
}

TEST_F(SetupWork, ALostLinkANewStartAndANewAttemptDropTheWork) {
  const std::function<void()> ends[] = {[this] { network.Cut(kOne, kThree); },
                                        [this] {
                                          network.Kill(kThree);
                                          network.Start(kThree);
                                        },
                                        [this] { ResetAndStopAfter(0); }};
  for (const auto& end : ends) {
    ASSERT_TRUE(world.Restore());
    ResetAndStopAfter(kStepsOfHalf - 1);
    std::vector<std::uint32_t> attempts;
    WatchHellos(attempts);
    end();
    network.Run(20);                               // what comes next has begun
    network.LimitResumes(kOne, kStepsOfHalf - 1);  // a step that was kept would be enough for a hello
    network.Run(20);
    EXPECT_TRUE(attempts.empty());
    network.LimitResumes(kOne, 1);
    network.Run(20);
    EXPECT_EQ(attempts.size(), 1u);
    ExpectPairOfOneAndThreeSigns();
  }
}

// A lower node that lies may begin setups again and again: twelve in ten seconds are taken, and of those only
// the newest is computed.
TEST_F(SetupWork, AFloodOfHellosIsLimitedAndLeavesOneSetupToCompute) {
  std::optional<PeerMessage> hello;
  std::vector<std::uint32_t> replied;
  network.core_tap = [&](PartyIndex from, PartyIndex to, PeerMessage& message) {
    if (from == kOne && to == kThree && message.kind == MessageKind::kSetupHello) hello = message;
    if (from == kThree && to == kOne && message.kind == MessageKind::kSetupReply)
      replied.push_back(Reader(message.body).U32());
    return true;
  };
  ResetAndStopAfter(0);
  network.LimitResumes(kOne, std::nullopt);
  ASSERT_TRUE(network.RunUntil([&] { return Whole(network); }, 4'000));
  ASSERT_TRUE(hello);
  network.Run(10'000);
  network.LimitResumes(kThree, 0);
  for (std::uint32_t attempt = 100; attempt < 130; ++attempt) {
    const ByteSpan body = ByteSpan(hello->body).subspan(4);
    network.Forge(kOne, kThree, {MessageKind::kSetupHello, {}, Writer().U32(attempt).Raw(body).Take()});
  }
  network.Run(20);
  replied.clear();
  network.LimitResumes(kThree, 2 * kStepsOfHalf);
  network.Run(20);
  EXPECT_EQ(replied, std::vector<std::uint32_t>{111});
  network.Kill(kOne);  // the only cure for a node that knows nothing of its attempts
  network.Start(kOne);
  ExpectPairOfOneAndThreeSigns();
}

TEST(EnvelopeWork, TheFirstEnvelopeKeyIsMadeInAResume) {
  Network network(Options{.seed = 28});
  for (const PartyIndex party : {kOne, kTwo, kThree}) network.LimitResumes(party, 0);
  network.Form();
  network.Run(3'000);
  EXPECT_EQ(network.Logged(Event::kEnvelopeMade), 0u);
  EXPECT_FALSE(network.Ready());
  for (const PartyIndex party : {kOne, kTwo, kThree}) network.LimitResumes(party, std::nullopt);
  EXPECT_TRUE(network.RunUntil([&] { return Whole(network); }, 60'000)) << network.Health(kOne);
  EXPECT_EQ(network.Logged(Event::kEnvelopeMade), 1u);
}

}  // namespace
}  // namespace passport::sim
