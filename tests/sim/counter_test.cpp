// The counter in a node's TPM: an older disk is refused, a crash at any point of raising it is not, a host or
// platform that does not answer costs the protection and nothing else, and is seen (boundary.md 4.4.2).
#include <gtest/gtest.h>

#include "tests/sim/store_fixture.h"
#include "trusted/core/rollback_counter.h"

namespace passport::sim {
namespace {

using platform_link::Answer;
using platform_link::Request;

constexpr std::uint64_t kFirst = 41;  // what a new counter happens to read

class Counter : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    network.Kill(kThree);
    without_ = network.Disk(kThree);
    network.counter(kThree) = kFirst;
    ASSERT_EQ(Start(), Status::kOk);
    ASSERT_TRUE(RunUntilRaised());
    network.log().clear();
  }
  void TearDown() override {
    network.on_commit = nullptr;
    network.on_platform = nullptr;
    network.on_fetch = nullptr;
    if (network.up(kThree)) network.Kill(kThree);
    network.counter(kThree).reset();
    network.sealing(kThree).counter_ends = false;
    network.Disk(kThree) = without_;
  }
  Status Start() {
    if (network.up(kThree)) network.Kill(kThree);
    network.Start(kThree);
    return network.Serving(kThree) ? Status::kOk : static_cast<Status>(network.last_verdict());
  }
  Status StartOn(const Disk& disk) {
    if (network.up(kThree)) network.Kill(kThree);
    network.Disk(kThree) = disk;
    return Start();
  }
  bool Holds() {
    return network.Enclave(kThree).find(R"("rollback":"peers-and-counter")") != std::string::npos;
  }
  bool RunUntilRaised() {
    return network.RunUntil([this] { return Holds(); }, 30'000);
  }
  std::uint64_t counter() { return network.counter(kThree).value(); }
  // What the head on the disk names.
  std::optional<std::uint64_t> InHead() {
    const sealing::Sealer sealer(SealingKeysOf(kThree, network.sealing(kThree)));
    return sealing::UnsealHead(sealer, network.Disk(kThree).at(sealing::kHeadRecordId))
        .value()
        .head.nv_counter;
  }
  void ExpectRefused(const Disk& disk, Status status, const std::string& why) {
    network.log().clear();
    EXPECT_EQ(StartOn(disk), status);
    EXPECT_EQ(network.Disk(kThree), disk);
    EXPECT_EQ(network.Logged(Event::kCounterRefused, kThree, static_cast<std::uint64_t>(status)), 1u);
    EXPECT_NE(network.Health(kThree).find(why), std::string::npos) << network.Health(kThree);
  }
  Disk without_;
};

TEST_F(Counter, EachStartRaisesItOnceAndRefusesAllDisksFromBefore) {
  EXPECT_EQ(counter(), kFirst + 1);
  EXPECT_EQ(InHead(), kFirst + 1);
  const Disk before = network.Disk(kThree);
  EXPECT_EQ(Start(), Status::kOk);
  EXPECT_FALSE(Holds());  // not before it was raised
  ASSERT_TRUE(RunUntilRaised());
  EXPECT_EQ(counter(), kFirst + 2);
  EXPECT_EQ(network.Logged(Event::kCounterRaised, kThree, kFirst + 2), 1u);
  const Disk now = network.Disk(kThree);
  ExpectRefused(before, Status::kCounterRollback, "somebody has put back an older copy");
  EXPECT_EQ(StartOn(now), Status::kOk);
  ASSERT_TRUE(RunUntilRaised());
  EXPECT_TRUE(network.RunUntil([this] { return Whole(network); }, 10'000));
  EXPECT_TRUE(world.Signs(kThree));
}

TEST_F(Counter, AnotherTpmOrNoneIsRefused) {
  const Disk disk = network.Disk(kThree);
  network.counter(kThree) = 7;
  ExpectRefused(disk, Status::kCounterForeign, "another TPM");
  network.counter(kThree).reset();
  ExpectRefused(disk, Status::kCounterMissing, "passportd has none now");
}

// The way to another TPM, or to none: one start that is judged by the counter and gives it up. Before it,
// nothing is accepted without the counter; after it, an older store is not, as long as the TPM is still there
// to say so.
TEST_F(Counter, IsGivenUpInOneStartThatItStillJudges) {
  const Disk older = network.Disk(kThree);
  EXPECT_EQ(Start(), Status::kOk);
  ASSERT_TRUE(RunUntilRaised());
  const std::uint64_t last = counter();
  network.sealing(kThree).counter_ends = true;
  const Disk newest = network.Disk(kThree);
  ExpectRefused(older, Status::kCounterRollback, "somebody has put back an older copy");
  EXPECT_EQ(StartOn(newest), Status::kOk);
  EXPECT_EQ(InHead(), std::nullopt);
  network.Run(20'000);
  EXPECT_EQ(counter(), last);
  EXPECT_FALSE(Holds());
  EXPECT_EQ(Start(), Status::kOk);  // and again, after a crash
  network.sealing(kThree).counter_ends = false;
  network.counter(kThree).reset();
  EXPECT_EQ(Start(), Status::kOk);
  const Disk given_up = network.Disk(kThree);
  EXPECT_EQ(StartOn(older), Status::kCounterMissing);
  EXPECT_EQ(StartOn(given_up), Status::kOk);
  network.counter(kThree) = 7;  // another TPM
  EXPECT_EQ(Start(), Status::kOk);
  ASSERT_TRUE(RunUntilRaised());
  EXPECT_EQ(InHead(), 8u);
}

// The node dies after the first transaction of its start; then with the counter raised and nobody told.
TEST_F(Counter, ACrashBetweenStoringAndRaisingIsNoRollback) {
  for (int i = 0; i < 3; ++i) {
    network.on_commit = [](PartyIndex party) { return party != kThree; };
    network.Kill(kThree);
    network.Start(kThree);
    EXPECT_FALSE(network.up(kThree));
    network.on_commit = nullptr;
    EXPECT_EQ(counter(), kFirst + 1);
    EXPECT_EQ(InHead(), kFirst + 2);
  }
  EXPECT_EQ(Start(), Status::kOk);
  ASSERT_TRUE(RunUntilRaised());
  EXPECT_EQ(counter(), kFirst + 2);

  network.on_platform = [](PartyIndex, const Request&, Answer&) { return false; };
  EXPECT_EQ(Start(), Status::kOk);
  ASSERT_TRUE(network.RunUntil([this] { return counter() == kFirst + 3; }, 1'000));
  EXPECT_FALSE(Holds());
  network.on_platform = nullptr;
  EXPECT_EQ(Start(), Status::kOk);
  ASSERT_TRUE(RunUntilRaised());
  EXPECT_EQ(counter(), kFirst + 4);
}

TEST_F(Counter, AHostThatDoesNotShowTheHeadIsSeen) {
  const auto is_head = [](const RecordId& id) { return id == sealing::kHeadRecordId; };
  network.on_fetch = [&](PartyIndex, const RecordId& id, bool&, Bytes&) { return !is_head(id); };
  EXPECT_EQ(Start(), Status::kOk);
  EXPECT_FALSE(network.RunUntil([this] { return Holds(); }, 70'000));
  EXPECT_EQ(counter(), kFirst + 1);
  EXPECT_NE(network.Health(kThree).find("refuse an older copy of its own disk"), std::string::npos);
  EXPECT_NE(network.Enclave(kThree).find(R"("rollback":"peers-weak")"), std::string::npos);
  EXPECT_TRUE(world.Signs(kThree));
  const Bytes older = without_.at(sealing::kHeadRecordId);
  network.on_fetch = [&](PartyIndex, const RecordId& id, bool&, Bytes& record) {
    if (is_head(id)) record = older;
    return true;
  };
  EXPECT_FALSE(network.RunUntil([this] { return Holds(); }, 15'000));
  network.on_fetch = nullptr;
  EXPECT_TRUE(RunUntilRaised());
  EXPECT_EQ(counter(), kFirst + 2);
  EXPECT_EQ(network.Health(kThree).find("refuse an older copy of its own disk"), std::string::npos);
}

TEST_F(Counter, APlatformThatIsBusyOrFailsIsAskedAgain) {
  std::size_t asked = 0;
  network.on_platform = [&](PartyIndex, const Request&, Answer& answer) {
    answer.outcome = ++asked == 1 ? platform_link::Outcome::kBusy : platform_link::Outcome::kRefused;
    answer.body.clear();
    return true;
  };
  EXPECT_EQ(Start(), Status::kOk);
  EXPECT_TRUE(network.RunUntil([&] { return asked == 2; }, 15'000));
  EXPECT_EQ(network.Logged(Event::kCounterFailed, kThree), 2u);
  EXPECT_FALSE(Holds());
  network.on_platform = nullptr;
  EXPECT_TRUE(RunUntilRaised());
}

// Root, or another program with the TPM's owner secret.
TEST_F(Counter, RaisedBySomebodyElseItIsFollowedAtOnce) {
  network.on_platform = [this](PartyIndex, const Request&, Answer& answer) {
    network.counter(kThree) = counter() + 5;
    answer.body = Writer().U64(counter()).Take();
    network.on_platform = nullptr;
    return true;
  };
  EXPECT_EQ(Start(), Status::kOk);
  ASSERT_TRUE(network.RunUntil([this] { return network.Logged(Event::kCounterRaised, kThree) == 2; }, 1'000));
  EXPECT_EQ(InHead(), counter());
  EXPECT_EQ(Start(), Status::kOk);
}

// The object alone, with a host and a platform made of hands.
struct LoneCounter : ::testing::Test {
  LoneCounter() { outbox.Begin(effects); }
  void Change() {
    records.PutOwn(policy::RecordKind::kAdmin, Bytes{1});
    counter.OnFlushed(records.Flush());
  }
  bool asked_for_head() const {
    return std::ranges::any_of(effects.list, [](const edl::Effect& effect) {
      return std::holds_alternative<edl::FetchEffect>(effect);
    });
  }
  Bytes StoredHead() const {
    Bytes out;
    for (const edl::Effect& effect : effects.list) {
      const auto* put = std::get_if<edl::PutEffect>(&effect);
      if (put != nullptr && RecordId{put->record_id} == sealing::kHeadRecordId) out = put->record;
    }
    return out;
  }
  edl::Effects effects;
  core::Outbox outbox;
  crypto::SeededRng rng{1};
  core::RecordBook records{SealingKeysOf(kThree, kOldKeys), 8, outbox, rng};
  std::vector<std::uint64_t> targets;
  core::RollbackCounter::Done done;
  core::RollbackCounter counter{
      kFirst,
      [this](std::uint64_t target, core::RollbackCounter::Done on_done) -> Result<Unit> {
        targets.push_back(target);
        done = std::move(on_done);
        return Ok();
      },
      records, outbox};
};

TEST_F(LoneCounter, ARaiseForEveryBoundedNumberOfChanges) {
  counter.Begin();
  Change();
  EXPECT_TRUE(asked_for_head());
  EXPECT_TRUE(targets.empty()) << "not before the host has stored the head";
  counter.OnFetched(true, StoredHead());
  ASSERT_EQ(targets, std::vector<std::uint64_t>{kFirst + 1});
  effects.list.clear();
  for (std::uint64_t i = 1; i < core::RollbackCounter::kChangesMax - 1; ++i) Change();
  done(kFirst + 1);
  EXPECT_TRUE(counter.holds());
  EXPECT_FALSE(asked_for_head());
  Change();  // the last that the value covers, and the next one's first
  Change();
  EXPECT_TRUE(asked_for_head());
  counter.OnFetched(true, StoredHead());
  EXPECT_EQ(targets, (std::vector<std::uint64_t>{kFirst + 1, kFirst + 2}));
}

// The TPM dies while nothing is to be raised, and comes back.
TEST_F(LoneCounter, IsLookedAtWhileNothingIsRaised) {
  constexpr std::uint64_t kLookMs = core::RollbackCounter::kLookMs;
  constexpr std::uint64_t kStartMs = 5'000'000;  // clocks begin anywhere
  const auto failures = [this] {
    return std::ranges::count_if(effects.list, [](const edl::Effect& effect) {
      const auto* log = std::get_if<edl::LogEffect>(&effect);
      return log != nullptr && log->code == static_cast<std::uint16_t>(Event::kCounterFailed);
    });
  };
  counter.OnTick(kStartMs);
  counter.OnTick(kStartMs + kLookMs - 1);
  EXPECT_TRUE(targets.empty());
  counter.OnTick(kStartMs + kLookMs);
  counter.OnTick(kStartMs + kLookMs + 5'000);
  ASSERT_EQ(targets, std::vector<std::uint64_t>{kFirst}) << "it raises nothing, and there is one at a time";
  done(Fail(Status::kAttestUnavailable));
  EXPECT_TRUE(counter.late());
  EXPECT_EQ(failures(), 1);
  counter.OnTick(kStartMs + 3 * kLookMs);
  done(kFirst);
  EXPECT_FALSE(counter.late());
  EXPECT_EQ(failures(), 1);
  counter.OnTick(kStartMs + 5 * kLookMs);
  done(kFirst - 1);  // which no TPM does
  EXPECT_TRUE(counter.late());
  counter.OnTick(kStartMs + 7 * kLookMs);
  done(kFirst + 4);  // somebody else raised it: the heads must not stay behind
  EXPECT_FALSE(counter.late());
  EXPECT_EQ(targets.size(), 4u);
  Change();
  EXPECT_TRUE(asked_for_head());
}

TEST_F(LoneCounter, OneRaiseAtATimeHoweverManyChanges) {
  counter.Begin();
  for (std::uint64_t i = 0; i < 3 * core::RollbackCounter::kChangesMax; ++i) Change();
  counter.OnFetched(true, StoredHead());
  counter.OnFetched(true, StoredHead());
  EXPECT_EQ(targets, std::vector<std::uint64_t>{kFirst + 1});
  done(kFirst);  // less than asked for
  EXPECT_FALSE(counter.holds());
  counter.OnTick(core::RollbackCounter::kAgainMs);
  EXPECT_EQ(targets.size(), 2u);
  done(kFirst + 1);
  EXPECT_TRUE(counter.holds());
}

}  // namespace
}  // namespace passport::sim
