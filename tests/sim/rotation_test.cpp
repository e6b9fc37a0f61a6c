// A new root key, or a raised security version: records are sealed again one by one, the process dies after
// any transaction, clients sign meanwhile; afterwards the old key opens nothing (boundary.md 4.5).
#include <gtest/gtest.h>

#include "tests/sim/store_fixture.h"
#include "trusted/json/json.h"

namespace passport::sim {
namespace {

using sealing::Sealer;

constexpr Sealing kOld = kOldKeys;
constexpr Sealing kBoth{.svn = 2, .key_epoch = 2, .previous_epoch = 1};
constexpr Sealing kNew{.svn = 2, .key_epoch = 2};

// How many records of a disk the sealer opens.
std::size_t Opened(const Disk& disk, const Sealing& keys) {
  const Sealer sealer(SealingKeysOf(kThree, keys));
  return static_cast<std::size_t>(std::ranges::count_if(disk, [&](const auto& entry) {
    const auto header = sealing::PeekHeader(entry.second);
    return sealer.Unseal(header.value().type, entry.first, entry.second).ok();
  }));
}

class Rotation : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (Opened(network.Disk(kThree), kOld) != network.Disk(kThree).size()) GTEST_FAIL() << "not the old key";
  }
  // Node 3 goes back to the disk and keys that it had, and takes from the others what it has missed.
  void TearDown() override {
    network.on_commit = nullptr;
    network.on_fetch = nullptr;
    Isolate(false);
    StartOn(before_, kOld);
  }
  void Stop() {
    network.Kill(kThree);
    before_ = network.Disk(kThree);
  }
  void StartOn(const Disk& disk, const Sealing& keys) {
    if (network.up(kThree)) network.Kill(kThree);
    network.Disk(kThree) = disk;
    Start(keys);
  }
  void Start(const Sealing& keys) {
    network.sealing(kThree) = keys;
    network.log().clear();
    network.Start(kThree);
  }
  std::string State() {
    const auto health = json::Parse(network.Health(kThree)).value();
    return std::string(health.Find("sealing")->GetString("state").value());
  }
  bool RunUntilDone() {
    return network.RunUntil([this] { return network.up(kThree) && State() == "done"; }, 30'000);
  }
  // All is under the new key; the node needs no other one and says so.
  void ExpectDone() {
    const Disk& disk = network.Disk(kThree);
    EXPECT_EQ(Opened(disk, kNew), disk.size());
    EXPECT_EQ(Opened(disk, kOld), 0u);
    const Disk done = disk;
    StartOn(done, kOld);
    EXPECT_FALSE(network.Serving(kThree));
    StartOn(done, kNew);
    EXPECT_TRUE(network.Serving(kThree));
    EXPECT_EQ(State(), "current");
  }
  // Nothing but node 3's host moves.
  void Isolate(bool isolated) {
    network.Hang(kOne, isolated);
    network.Hang(kTwo, isolated);
  }
  std::uint64_t RefusedWith(const Disk& disk, const Sealing& keys) {
    StartOn(disk, keys);
    EXPECT_EQ(network.Disk(kThree) == disk, !network.Serving(kThree));
    return network.Serving(kThree) ? 0 : network.last_verdict();
  }
  Disk before_;
};

// The disks after every transaction of a whole rotation.
std::vector<Disk> Record(Network& network, const std::function<void()>& run) {
  std::vector<Disk> out;
  network.on_commit = [&](PartyIndex party) {
    if (party == kThree) out.push_back(network.Disk(kThree));
    return true;
  };
  run();
  network.on_commit = nullptr;
  return out;
}

TEST_F(Rotation, FromEveryTransactionItGoesOnWithBothKeysAndNeverWithOne) {
  Stop();
  Isolate(true);
  const std::vector<Disk> disks = Record(network, [this] {
    Start(kBoth);
    EXPECT_TRUE(RunUntilDone());
  });
  EXPECT_EQ(disks.size(),
            before_.size());  // each record, of which the head is one, and the head at the start
  EXPECT_EQ(network.Logged(Event::kResealStarted, kThree, before_.size() - 1), 1u);
  EXPECT_EQ(network.Logged(Event::kResealDone, kThree, before_.size() - 1), 1u);
  const auto lacking = static_cast<std::uint64_t>(Status::kSealKeyEpoch);
  const auto foreign = static_cast<std::uint64_t>(Status::kRollback);
  EXPECT_EQ(RefusedWith(before_, kNew), foreign);
  for (std::size_t i = 0; i < disks.size(); ++i) {
    SCOPED_TRACE(i);
    const bool last = i + 1 == disks.size();
    EXPECT_EQ(Opened(disks[i], kNew), i + 1);  // the head first
    EXPECT_EQ(RefusedWith(disks[i], kOld), foreign);
    EXPECT_EQ(RefusedWith(disks[i], kNew), last ? 0 : lacking);
    // A later rotation cannot begin before this one has ended.
    EXPECT_EQ(RefusedWith(disks[i], {.svn = 2, .key_epoch = 3, .previous_epoch = 2}), last ? 0 : lacking);
    StartOn(disks[i], kBoth);
    ASSERT_TRUE(network.Serving(kThree));
    ASSERT_TRUE(RunUntilDone());
    EXPECT_EQ(network.Logged(Event::kRecordRefused), 0u);
    EXPECT_EQ(network.Logged(Event::kResealDone, kThree), last ? 0u : 1u);
    ExpectDone();
  }
}

TEST_F(Rotation, AProcessThatDiesAfterEveryStepEndsIt) {
  Stop();
  Isolate(true);
  std::size_t commits = 0;
  network.on_commit = [&](PartyIndex party) { return party != kThree || ++commits % 2 != 0; };
  std::size_t starts = 0;
  for (; starts < 2 * before_.size() && Opened(network.Disk(kThree), kOld) > 0; ++starts) {
    if (!network.up(kThree)) Start(kBoth);  // the first transaction is the start's, the second the step's
    network.RunUntil([this] { return !network.up(kThree); }, 1'000);
  }
  network.on_commit = nullptr;
  EXPECT_EQ(starts, before_.size() - 1);
  Start(kBoth);
  EXPECT_EQ(State(), "done");
  ExpectDone();
}

TEST_F(Rotation, ClientsSignAndWriteMeanwhile) {
  Stop();
  network.on_fetch = [](PartyIndex party, const RecordId&, bool&, Bytes&) { return party != kThree; };
  Start(kBoth);
  ASSERT_TRUE(network.RunUntil([this] { return Whole(network); }, 10'000));
  EXPECT_EQ(State(), "sealing again");
  EXPECT_TRUE(world.Signs(kThree));
  EXPECT_TRUE(world.Signs(kOne));
  const std::string changed = network.Ask(
      kThree, client::UpdateScope(client.key, client.scope, R"({"name":"test","description":"meanwhile"})"));
  EXPECT_EQ(ResultText(changed), client.scope) << changed;
  const std::string address = Register(network, client, kThree, "meanwhile");
  EXPECT_TRUE(Signs(network, client, kThree, "meanwhile", address));
  EXPECT_EQ(State(), "sealing again");
  const std::string enclave = network.Enclave(kThree);
  EXPECT_NE(enclave.find("keep the file of the previous root key"), std::string::npos) << enclave;
  network.on_fetch = nullptr;
  ASSERT_TRUE(RunUntilDone());
  EXPECT_EQ(network.Logged(Event::kRecordRefused), 0u);
  EXPECT_NE(network.Health(kThree).find("then destroy the old file"), std::string::npos);
  EXPECT_TRUE(world.Signs(kThree));
  ExpectDone();
  ASSERT_TRUE(network.RunUntil([this] { return Whole(network); }, 10'000));
  EXPECT_TRUE(Signs(network, client, kThree, "meanwhile", address));
}

TEST_F(Rotation, AHostThatLiesAboutOneRecordHoldsUpNoOther) {
  Stop();
  Isolate(true);
  const RecordId scope = std::ranges::find_if(before_, [](const auto& entry) {
                           return policy::KindOf(entry.first) == policy::RecordKind::kScope;
                         })->first;
  network.on_fetch = [&](PartyIndex, const RecordId& id, bool&, Bytes& record) {
    if (id == scope) record.back() ^= 1;
    return true;
  };
  Start(kBoth);
  network.Run(10'000);
  EXPECT_EQ(State(), "sealing again");
  EXPECT_EQ(Opened(network.Disk(kThree), kOld), 1u);
  const std::size_t refused = network.Logged(Event::kRecordRefused, kThree);
  EXPECT_GE(refused, 2u);
  EXPECT_LE(refused, 8u);  // at most one in two seconds
  network.on_fetch = [&](PartyIndex, const RecordId& id, bool&, Bytes&) { return id != scope; };
  network.Run(10'000);
  EXPECT_EQ(State(), "sealing again");
  network.on_fetch = nullptr;
  EXPECT_TRUE(RunUntilDone());
  ExpectDone();
}

// Two fetches of one record are on their way: what the host answers to the second is what it stored for the
// first.
TEST_F(Rotation, AnAnswerThatComesTwiceIsNoLie) {
  Stop();
  Isolate(true);
  Start(kBoth);
  std::optional<std::pair<RecordId, Bytes>> last;
  network.on_fetch = [&](PartyIndex, const RecordId& id, bool&, Bytes& record) {
    last.emplace(id, record);
    return true;
  };
  ASSERT_TRUE(network.RunUntil([&] { return last.has_value(); }, 1'000));
  const auto [id, old] = *last;
  const Bytes sealed_again = network.Disk(kThree).at(id);
  ASSERT_NE(sealed_again, old);
  network.Disk(kThree)[id] = old;
  network.AnswerFetch(kThree, id);
  EXPECT_EQ(network.Logged(Event::kRecordRefused), 0u);
  network.Disk(kThree)[id].back() ^= 1;
  network.AnswerFetch(kThree, id);
  EXPECT_EQ(network.Logged(Event::kRecordRefused), 1u);
  network.Disk(kThree)[id] = sealed_again;
  EXPECT_TRUE(RunUntilDone());
  ExpectDone();
}

TEST_F(Rotation, ARaisedSecurityVersionSealsAllAgain) {
  Stop();
  Isolate(true);
  constexpr Sealing kRaised{.svn = 3, .key_epoch = 1};
  const std::vector<Disk> disks = Record(network, [&] {
    Start(kRaised);
    EXPECT_TRUE(network.RunUntil([this] { return State() == "current"; }, 30'000));
  });
  EXPECT_EQ(disks.size(), before_.size());
  for (std::size_t i = 0; i < disks.size(); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(Opened(disks[i], kOld), disks.size() - i - 1);
    EXPECT_EQ(RefusedWith(disks[i], kOld), static_cast<std::uint64_t>(Status::kRollback));
    StartOn(disks[i], kRaised);
    ASSERT_TRUE(network.RunUntil([this] { return State() == "current"; }, 30'000));
    EXPECT_EQ(Opened(network.Disk(kThree), kOld), 0u);
  }
}

}  // namespace
}  // namespace passport::sim
