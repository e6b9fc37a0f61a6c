// Some hundred histories of bad networks: what was acknowledged stays, and nothing is chosen twice.
#include <gtest/gtest.h>

#include "tests/unit/replica/cluster.h"

namespace passport::replica {
namespace {

struct Pending {
  std::uint64_t ticket;
  PartyIndex at;
  RecordId id;
  std::uint64_t number;                         // 0: a read
  std::set<std::uint64_t> acknowledged_before;  // what it has to see
};

struct Shape {
  std::uint16_t n, t;
  unsigned victims;
  unsigned drop, doubled, evict;
  std::uint8_t records = 2;
  bool resting = false;  // changes of every record rest on the first, which exists only after a while
};

class History {
 public:
  History(ClusterOptions options, const Shape& shape) : cluster_(options), shape_(shape), options_(options) {
    for (std::uint16_t i = 1; i <= options.n; ++i) old_disks_[PartyIndex{i}] = {};
  }

  void Run() {
    for (unsigned step = 0; step < 600; ++step) {
      Act();
      for (unsigned i = 0; i < 4; ++i) cluster_.Step();
      Collect();
    }
    Heal();
    const auto all = [&] { return Collect(), pending_.empty(); };
    EXPECT_TRUE(cluster_.RunUntil(all, 30'000)) << pending_.size() << " never ended";
    for (std::uint8_t name = 1; name <= shape_.records; ++name) {
      const RecordId id = Record(name);
      for (std::uint16_t i = 1; i <= options_.n; ++i) {
        const Cluster::Outcome read = cluster_.ReadNow({i}, id);
        EXPECT_TRUE(read.ok) << "node " << i << " cannot read in a healthy network";
        ExpectSees(read.version, acknowledged_[id]);
      }
    }
    EXPECT_EQ(cluster_.fork(), "");
  }

  std::size_t acknowledged() const { return acknowledged_count_; }

 private:
  void Act() {
    const PartyIndex party = cluster_.AnyParty();
    switch (cluster_.Draw(24)) {
      case 0:
        if (cluster_.up(party)) cluster_.Kill(party);
        break;
      case 1:
      case 2:
        if (!cluster_.up(party)) Restart(party);
        break;
      case 3:
        cluster_.Isolate(party, cluster_.Draw(3) == 0);
        break;
      case 4:
        if (cluster_.Draw(3) == 0) old_disks_[party] = cluster_.disk(party);
        break;
      default:
        if (cluster_.up(party) && pending_.size() < 6) Ask(party);
    }
  }

  // The first parties' hosts may put back any older disk; the others' are honest.
  void Restart(PartyIndex party) {
    if (party.value <= shape_.victims && cluster_.Draw(2) == 0) cluster_.disk(party) = old_disks_[party];
    cluster_.Start(party);
  }

  void Ask(PartyIndex at) {
    const RecordId id = Record(static_cast<std::uint8_t>(1 + cluster_.Draw(shape_.records)));
    Pending pending{0, at, id, 0, acknowledged_[id]};
    if (cluster_.Draw(3) == 0) {
      pending.ticket = cluster_.Read(at, id);
    } else {
      pending.number = next_number_++;
      const bool rests = shape_.resting && id != Record(1);
      pending.ticket =
          cluster_.Change(at, id, rests ? AppendIfExists(pending.number, Record(1)) : Append(pending.number));
    }
    pending_.push_back(std::move(pending));
  }

  void Collect() {
    std::erase_if(pending_, [this](const Pending& pending) {
      const Cluster::Outcome* outcome = cluster_.Of(pending.ticket);
      if (outcome == nullptr) return !cluster_.up(pending.at);  // it died with its node
      if (!outcome->ok) {
        const bool lacks = shape_.resting && outcome->error->code == kLacks;
        EXPECT_TRUE(outcome->error->reason != Failure::kRefused || lacks) << "code " << outcome->error->code;
        return true;
      }
      ExpectSees(outcome->version, pending.acknowledged_before);
      if (pending.number == 0) return true;
      ExpectSees(outcome->version, {pending.number});
      acknowledged_[pending.id].insert(pending.number);
      ++acknowledged_count_;
      return true;
    });
  }

  void Heal() {
    ClusterOptions good = options_;
    good.drop_percent = good.double_percent = good.evict_percent = 0;
    cluster_.SetBad(good);
    for (std::uint16_t i = 1; i <= options_.n; ++i) {
      if (!cluster_.up({i})) cluster_.Start({i});
      cluster_.Isolate({i}, false);
    }
  }

  static void ExpectSees(const Version& version, const std::set<std::uint64_t>& wanted) {
    const std::vector<std::uint64_t> numbers = Numbers(version.value);
    const std::set<std::uint64_t> has(numbers.begin(), numbers.end());
    EXPECT_EQ(has.size(), numbers.size()) << "a change was made twice";
    EXPECT_TRUE(std::ranges::includes(has, wanted)) << "an acknowledged change is not there";
  }

  Cluster cluster_;
  Shape shape_;
  ClusterOptions options_;
  std::map<PartyIndex, Cluster::Disk> old_disks_;
  std::vector<Pending> pending_;
  std::map<RecordId, std::set<std::uint64_t>> acknowledged_;
  std::size_t acknowledged_count_ = 0;
  std::uint64_t next_number_ = 1;
};

// Returns how many changes were acknowledged in all: a run that never gets anything done shows nothing.
std::size_t RunSeeds(const Shape& shape, std::uint64_t first, std::uint64_t count) {
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ClusterOptions options;
    options.n = shape.n;
    options.t = shape.t;
    options.seed = seed;
    options.ordered = seed % 2 == 0;
    options.drop_percent = shape.drop;
    options.double_percent = shape.doubled;
    options.evict_percent = shape.evict;
    History history(options, shape);
    history.Run();
    acknowledged += history.acknowledged();
    if (::testing::Test::HasFailure()) break;
  }
  return acknowledged;
}

TEST(History, ThreeNodesOneDiskRolledBack) { EXPECT_GT(RunSeeds({3, 2, 1, 5, 10, 0}, 1, 100), 1'000u); }
TEST(History, ThreeNodesWhoseRecordsLeaveMemory) {
  EXPECT_GT(RunSeeds({3, 2, 0, 5, 10, 20}, 1'000, 100), 1'000u);
}
// Few of its changes are made, and that is the rule's price, no flaw: three of four must be up, linked and
// confirmed, which these faults allow in a seventh of all steps (connected: a quarter). In those an
// acknowledged change or read takes 33 messages, twice the least, because six contend for two records. None
// of those that failed ran into its deadline: each named the nodes that were away at once.
TEST(History, FourNodesThresholdThree) { EXPECT_GT(RunSeeds({4, 3, 2, 3, 10, 5}, 2'000, 60), 200u); }
TEST(History, FiveNodesTwoDisksRolledBack) { EXPECT_GT(RunSeeds({5, 3, 2, 3, 5, 5}, 3'000, 60), 400u); }
TEST(History, FiveNodesThatLoseAThirdOfAllMessages) {
  EXPECT_GT(RunSeeds({5, 3, 0, 33, 10, 0}, 4'000, 40), 20u);
}

// A rolled-back node takes up what it may have accepted, also where judging it needs another record.
TEST(History, ChangesThatRestOnAnotherRecordAndDisksRolledBack) {
  EXPECT_GT(RunSeeds({5, 3, 2, 10, 5, 0, 3, true}, 5'000, 100), 400u);
}
TEST(History, ManyRecordsMostOfThemAbsent) { EXPECT_GT(RunSeeds({3, 2, 1, 5, 10, 5, 40}, 6'000, 100), 600u); }

}  // namespace
}  // namespace passport::replica
