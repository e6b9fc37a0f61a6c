// Thousands of signing sessions in flight on one pair (rules.md 34, 40), and what a node with too many says.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

#ifdef __SANITIZE_ADDRESS__
#define PASSPORT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PASSPORT_ASAN 1
#endif
#endif
#ifdef PASSPORT_ASAN
#include <sanitizer/allocator_interface.h>
#else
#include <malloc.h>
#endif

namespace passport::sim {
namespace {

std::size_t AllocatedBytes() {
#ifdef PASSPORT_ASAN
  return __sanitizer_get_current_allocated_bytes();
#else
  return mallinfo2().uordblks;
#endif
}

using core::MessageKind;
using core::PeerMessage;

// Nodes 1 and 2 alone, with one setup between them.
class Sessions : public ::testing::Test {
 protected:
  static constexpr std::size_t kRunsMax = 4'096;

  Sessions() : world(Instance()), network(world.network), client(world.client) {}
  void SetUp() override {
    ASSERT_TRUE(world.Restore());
    network.Kill(kThree);
    // Far enough apart for all requests of a test to be in one round at a time.
    network.delay_ms = [](PartyIndex, PartyIndex) { return 40; };
  }
  static World& Instance() {
    static World instance(
        Options{.seed = 34, .relayed = true, .signing = {.runs_max = kRunsMax}, .presign = {.total_max = 0}});
    return instance;
  }
  static std::string Text(std::size_t number) { return "message " + std::to_string(number); }
  // Asks node 1 for so many signatures at once; their tokens.
  std::vector<std::uint64_t> SendMany(std::size_t count) {
    std::vector<std::uint64_t> out;
    for (std::size_t i = 0; i < count; ++i)
      out.push_back(network.Send(kOne, client.developer->PersonalSign("alice", AsBytes(Text(i)))));
    return out;
  }
  bool AllAnswered(const std::vector<std::uint64_t>& tokens) {
    return std::ranges::all_of(tokens, [&](const auto token) { return network.Reply(token).has_value(); });
  }

  World& world;
  Network& network;
  Client& client;
};

// Their rounds interleave as the network likes; every hundredth is spoiled in round 1 and made again.
TEST_F(Sessions, TwoThousandAreOpenAtOnceOnOnePairAndAllVerify) {
  constexpr std::size_t kMany = 2'000;
  constexpr std::size_t kSpoiledEach = 100;
  std::set<RequestId> open;
  std::size_t most = 0;
  std::size_t spoiled = 0;
  network.core_tap = [&](PartyIndex from, PartyIndex, PeerMessage& message) {
    if (message.kind == MessageKind::kSignRound3 || message.kind == MessageKind::kSignRefuse)
      open.erase(message.request);
    if (from != kTwo || message.kind != MessageKind::kSignRound1) return true;
    core::SignRound round = core::SignRound::Parse(message.body).value();
    if (round.attempt > 1) return true;
    open.insert(message.request);
    most = std::max(most, open.size());
    if (open.size() % kSpoiledEach != 0) return true;
    ++spoiled;
    sign::NonceCommitment said = sign::NonceCommitment::Parse(round.message).value();
    said.header.ssid[0] ^= 1;
    round.message = said.Encode();
    message.body = round.Encode();
    return true;
  };
  const std::vector<std::uint64_t> tokens = SendMany(kMany);
  ASSERT_TRUE(network.RunUntil([&] { return AllAnswered({tokens.back()}) && AllAnswered(tokens); }, 9'000));
  EXPECT_EQ(most, kMany);
  EXPECT_EQ(spoiled, kMany / kSpoiledEach);
  EXPECT_GE(network.Logged(Event::kSignAborted), spoiled);
  EXPECT_EQ(network.Logged(Event::kSignRetry), spoiled) << "no other one has to be made again";
  EXPECT_EQ(network.Logged(Event::kPairBurned), 0u);
  for (std::size_t i = 0; i < kMany; ++i) {
    const std::string text = Text(i);
    ASSERT_EQ(Recover(AsBytes(text), ResultText(*network.Reply(tokens[i]))), world.address) << i;
  }
}

// What a session costs while it waits for a message: once with node 2 before round 1, once with it after.
TEST_F(Sessions, BetweenRoundsASessionKeepsAFewHundredBytes) {
  constexpr std::size_t kMany = 200;
  // What is kept for another session is bounded apart.
  auto drop_kept = [this, told = std::uint64_t{0}]() mutable {
    const Bytes has_all = core::KeptReport{told += 1'000'000, 0}.Encode();
    network.Forge(kOne, kTwo, {MessageKind::kReceived, {}, has_all});
    network.Forge(kTwo, kOne, {MessageKind::kReceived, {}, has_all});
    network.Run(50);
  };
  const auto bytes_each = [this, &drop_kept](bool begun) {
    std::size_t begins = 0;
    network.core_tap = [&begins, begun](PartyIndex, PartyIndex, PeerMessage& message) {
      begins += message.kind == MessageKind::kSignBegin ? 1u : 0u;
      if (message.kind == MessageKind::kSignBegin) return begun;
      return message.kind != MessageKind::kSignRound1;
    };
    drop_kept();
    const std::size_t before = AllocatedBytes();
    const std::vector<std::uint64_t> tokens = SendMany(kMany);
    EXPECT_TRUE(network.RunUntil([&] { return begins == kMany; }, 1'000));
    drop_kept();
    const std::size_t each = (AllocatedBytes() - before) / kMany;
    network.core_tap = nullptr;
    EXPECT_TRUE(network.RunUntil([&] { return AllAnswered(tokens); }, 9'000));
    network.Run(15'000);  // runs that were given up are forgotten
    return each;
  };
  bytes_each(true);  // what is allocated once
  const std::size_t waiting = bytes_each(false);
  const std::size_t begun = bytes_each(true);
  std::printf(
      "bytes of a session: %zu at the gateway and two signers; %zd more with round 1 sent by the second\n",
      waiting, static_cast<std::ptrdiff_t>(begun) - static_cast<std::ptrdiff_t>(waiting));
  EXPECT_LT(begun, waiting + 2'048);
  EXPECT_LT(waiting, 16'384u);
}

// A node with as many runs as it takes refuses by that name, and the client is told when to come again.
TEST(SessionLimit, ANodeWithTooManyRunsIsBusyAndSaysSo) {
  World world(Options{.seed = 35, .relayed = true, .signing = {.runs_max = 16}, .presign = {.total_max = 0}});
  Network& network = world.network;
  ASSERT_TRUE(world.SignsEverywhere());  // both have the account's record at hand
  network.Kill(kThree);
  network.delay_ms = [](PartyIndex, PartyIndex) { return 40; };
  std::size_t refused = 0;
  network.core_tap = [&refused](PartyIndex, PartyIndex, PeerMessage& message) {
    if (message.kind != MessageKind::kSignRefuse) return true;
    const auto refuse = core::SignRefuse::Parse(message.body).value();
    EXPECT_EQ(refuse.reason, core::RefuseReason::kNotReady);
    EXPECT_EQ(refuse.code, static_cast<std::uint16_t>(api::ErrorCode::kBusy));
    ++refused;
    return true;
  };
  const auto send = [&](PartyIndex gateway, std::size_t count) {
    std::vector<std::uint64_t> out;
    for (std::size_t i = 0; i < count; ++i)
      out.push_back(network.Send(
          gateway, world.client.developer->PersonalSign("alice", AsBytes(std::string_view("m")))));
    return out;
  };
  // The gateway leads half of what it takes, and refuses the rest itself.
  const std::vector<std::uint64_t> led = send(kOne, 10);
  for (std::size_t i = 8; i < 10; ++i) EXPECT_EQ(ErrorName(network.Reply(led[i]).value_or("")), "busy");
  // At node 2, which leads as many itself, there is room for a few of node 1's only.
  const std::vector<std::uint64_t> others = send(kTwo, 8);
  const auto answered = [&](const std::vector<std::uint64_t>& tokens) {
    return std::ranges::all_of(tokens, [&](auto token) { return network.Reply(token).has_value(); });
  };
  ASSERT_TRUE(network.RunUntil([&] { return answered(led) && answered(others); }, 12'000));
  EXPECT_GT(refused, 0u);
  std::size_t busy = 0;
  for (const auto* const tokens : {&led, &others}) {
    for (const std::uint64_t token : *tokens) {
      const std::string reply = *network.Reply(token);
      if (Recover(AsBytes(std::string_view("m")), ResultText(reply)) == world.address) continue;
      EXPECT_EQ(ErrorName(reply), "busy") << reply;
      EXPECT_NE(reply.find("retry_after_ms"), std::string::npos) << reply;
      ++busy;
    }
  }
  EXPECT_GT(busy, 2u);
  EXPECT_LT(busy, led.size() + others.size());
  network.core_tap = nullptr;
  network.Run(13'000);  // until runs that nobody went on with are forgotten
  EXPECT_TRUE(world.Signs(kOne)) << "and there is room again";
}

}  // namespace
}  // namespace passport::sim
