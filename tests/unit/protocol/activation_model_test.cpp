// Nodes of one key that move through epochs while messages are lost, late or repeated, nodes crash at every
// step and one member is malicious. After every step: enough live shares, and one signing epoch for each
// node.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "tests/unit/protocol/dkg_network.h"
#include "trusted/reshare/activation.h"

namespace passport::test {
namespace {

using reshare::Activation;
using reshare::Agreement;
using reshare::Effects;
using reshare::Notice;

const KeyId kKey{{9}};

// What one epoch is dealt to, and how many of them must stay alive.
struct EpochPlan {
  Agreement agreement;
  std::size_t threshold = 0;
};

EpochPlan PlanOf(std::uint64_t epoch, Parties members, std::size_t threshold) {
  EpochPlan out{{epoch, {}, std::move(members)}, threshold};
  out.agreement.digest.fill(static_cast<std::uint8_t>(epoch + 1));
  return out;
}

// Where a node may die between a step and its consequences.
enum class Crash { kNever, kBeforeStore, kAfterStore, kAfterFirstSend };

struct Node {
  PartyIndex self;
  std::optional<Activation> running;  // none: crashed
  Bytes record;                       // durable
  std::set<std::uint64_t> shares;     // durable
  std::uint64_t signed_with = 0;      // the newest epoch it ever signed with
  std::set<std::uint64_t> given_up;   // epochs whose complete abort it has seen
};

struct Envelope {
  PartyIndex from;
  PartyIndex to;
  Bytes notice;
};

class Model {
 public:
  Model(std::uint16_t nodes, std::vector<EpochPlan> plans, std::optional<PartyIndex> liar, std::uint32_t seed)
      : plans_(std::move(plans)), liar_(liar), roster_(MakeRoster(nodes)), draw_(seed) {
    for (std::uint16_t i = 1; i <= nodes; ++i) {
      if (PartyIndex{i} != liar_) nodes_.emplace(PartyIndex{i}, NewNode({i}));
    }
  }

  void Step() {
    switch (Below(10)) {
      case 0:
        return Prepare();
      case 1:
        return CrashOrRestart();
      case 2:
        return Lie();
      case 3:
        return Vote();
      case 4:
        return Lose();
      case 5:
        return Repeat();
      default:
        return Deliver();
    }
  }

  // Everybody is back, nothing is lost any more, and nothing new begins.
  void Heal() {
    healed_ = true;
    for (auto& [self, node] : nodes_) {
      if (!node.running) Restart(node);
    }
    for (auto& [self, node] : nodes_) Ask(node);
    while (!wire_.empty()) Deliver();
    for (auto& [self, node] : nodes_) Ask(node);
    while (!wire_.empty()) Deliver();
  }

  // dkls23.md 10.2: never fewer than t' live shares, never both epochs at one node.
  void ExpectSafe(const std::string& what) {
    EXPECT_TRUE(std::any_of(plans_.begin(), plans_.end(), [&](const EpochPlan& plan) {
      return IsLive(plan);
    })) << what;
    for (auto& [self, node] : nodes_) {
      if (!node.running) continue;
      const std::vector<std::uint64_t> held = node.running->HeldEpochs();
      EXPECT_EQ(std::set(held.begin(), held.end()), node.shares) << what;
      const std::optional<std::uint64_t> epoch = node.running->SigningEpoch();
      if (!epoch) continue;
      EXPECT_TRUE(node.shares.contains(*epoch)) << what;
      EXPECT_TRUE(*epoch >= node.signed_with || node.given_up.contains(node.signed_with)) << what;
      node.signed_with = *epoch;
    }
  }

  // After Heal: enough honest members of one epoch sign with it.
  void ExpectAvailable(const std::string& what) const {
    std::map<std::uint64_t, std::size_t> signers;
    for (const auto& [self, node] : nodes_) {
      if (const auto epoch = node.running->SigningEpoch()) ++signers[*epoch];
    }
    const bool available = std::any_of(plans_.begin(), plans_.end(), [&](const EpochPlan& plan) {
      return signers[plan.agreement.epoch] >= plan.threshold;
    });
    EXPECT_TRUE(available) << what;
    for (const auto& [epoch, count] : signers) reached_.insert(epoch);
  }

  static const std::set<std::uint64_t>& reached() { return reached_; }

 private:
  std::uint32_t Below(std::size_t bound) { return static_cast<std::uint32_t>(draw_() % bound); }

  Node NewNode(PartyIndex self) {
    const EpochPlan& first = plans_.front();
    Node out{self, std::nullopt, {}, {}, 0, {}};
    if (std::find(first.agreement.members.begin(), first.agreement.members.end(), self) ==
        first.agreement.members.end()) {
      out.running.emplace(kKey, self);
    } else {
      reshare::Signatures confirmations;
      for (const PartyIndex member : first.agreement.members) {
        confirmations[member] = NodeKey(member).Sign(first.agreement.digest);
      }
      out.running.emplace(kKey, self, first.agreement, confirmations);
      out.shares.insert(first.agreement.epoch);
    }
    out.record = out.running->Encode();
    return out;
  }

  // Live: known to be certified to some honest node, and held durably by enough honest nodes.
  bool IsLive(const EpochPlan& plan) const {
    std::size_t holders = 0;
    bool is_certified = false;
    for (const auto& [self, node] : nodes_) {
      Activation durable = Activation::Parse(node.record).value();
      durable.CatchUp();
      if (node.shares.contains(plan.agreement.epoch)) ++holders;
      if (durable.SigningEpoch() == plan.agreement.epoch) is_certified = true;
    }
    return is_certified && holders >= plan.threshold;
  }

  Node& AnyNode() { return std::next(nodes_.begin(), Below(nodes_.size()))->second; }

  // The transaction, then the sends; the node may die in between.
  void Apply(Node& node, const Effects& effects, std::optional<std::uint64_t> new_share, Crash crash,
             std::optional<PartyIndex> reply_to = std::nullopt) {
    if (crash == Crash::kBeforeStore) return Die(node);
    if (effects.store) {
      node.record = node.running->Encode();
      if (new_share) node.shares.insert(*new_share);
      for (const std::uint64_t epoch : effects.erase) {
        node.shares.erase(epoch);
        for (const Notice& notice : effects.send) {
          if (notice.epoch == epoch) node.given_up.insert(epoch);
        }
      }
    } else {
      EXPECT_TRUE(effects.erase.empty() && effects.send.empty());
    }
    if (crash == Crash::kAfterStore) return Die(node);
    if (effects.reply && reply_to) wire_.push_back({node.self, *reply_to, effects.reply->Encode()});
    for (const Notice& notice : effects.send) {
      for (std::uint16_t i = 1; i <= roster_.size(); ++i) {
        if (PartyIndex{i} == node.self) continue;
        wire_.push_back({node.self, {i}, notice.Encode()});
        if (crash == Crash::kAfterFirstSend) return Die(node);
      }
    }
  }

  Crash AnyCrash() { return !healed_ && Below(8) == 0 ? static_cast<Crash>(1 + Below(3)) : Crash::kNever; }

  void Die(Node& node) { node.running.reset(); }

  void Restart(Node& node) {
    node.running = Activation::Parse(node.record).value();
    EXPECT_EQ(node.running->SigningEpoch(), std::nullopt);
  }

  // A node asks a running honest peer for what it knows, and tells it its own.
  void Ask(Node& node) {
    for (auto& [self, peer] : nodes_) {
      if (self == node.self || !peer.running) continue;
      for (const Notice& notice : node.running->Notices()) {
        wire_.push_back({node.self, self, notice.Encode()});
      }
      for (const Notice& notice : peer.running->Notices()) Take(node, self, notice, Crash::kNever);
      node.running->CatchUp();
    }
  }

  // A node finishes round 3 of a resharing, if enough of an epoch's holders could have dealt it.
  void Prepare() {
    Node& node = AnyNode();
    const EpochPlan& plan = plans_[1 + Below(plans_.size() - 1)];
    const Parties& members = plan.agreement.members;
    if (!node.running || std::find(members.begin(), members.end(), node.self) == members.end()) return;
    if (!dealt_.contains(plan.agreement.epoch)) {
      std::map<std::uint64_t, std::size_t> dealers;
      for (const auto& [self, other] : nodes_) {
        if (!other.running) continue;
        if (const auto epoch = other.running->SigningEpoch()) ++dealers[*epoch];
      }
      const bool can_deal = std::any_of(plans_.begin(), plans_.end(), [&](const EpochPlan& base) {
        return base.agreement.epoch < plan.agreement.epoch &&
               dealers[base.agreement.epoch] + (liar_ ? 1 : 0) >= base.threshold;
      });
      if (!can_deal) return;
      dealt_.insert(plan.agreement.epoch);
    }
    const Result<Effects> effects =
        node.running->Prepare(plan.agreement, NodeKey(node.self).Sign(plan.agreement.digest));
    if (effects.ok()) Apply(node, effects.value(), plan.agreement.epoch, AnyCrash());
  }

  void CrashOrRestart() {
    Node& node = AnyNode();
    if (node.running) {
      if (Below(3) == 0) Die(node);
    } else {
      Restart(node);
      Ask(node);
    }
  }

  // The liar confirms and votes when and to whom it likes.
  void Lie() {
    if (!liar_) return;
    const EpochPlan& plan = plans_[Below(plans_.size())];
    Notice notice{kKey, plan.agreement.epoch, {}, {}};
    if (Below(2) == 0) notice.confirmations[*liar_] = NodeKey(*liar_).Sign(plan.agreement.digest);
    if (Below(2) == 0) {
      notice.aborts[*liar_] = NodeKey(*liar_).Sign(reshare::AbortDigest(kKey, plan.agreement.epoch));
    }
    for (const auto& [route, known] : heard_by_liar_) {  // with all it was ever told
      if (route != plan.agreement.epoch || Below(2) == 0) continue;
      notice.confirmations.insert(known.confirmations.begin(), known.confirmations.end());
      notice.aborts.insert(known.aborts.begin(), known.aborts.end());
    }
    wire_.push_back({*liar_, AnyNode().self, notice.Encode()});
  }

  void Vote() {
    Node& node = AnyNode();
    const std::uint64_t epoch = plans_[1 + Below(plans_.size() - 1)].agreement.epoch;
    if (!node.running || Below(3) != 0) return;
    const Result<Effects> effects = node.running->VoteAbort(epoch, NodeKey(node.self));
    if (effects.ok()) Apply(node, effects.value(), std::nullopt, AnyCrash());
  }

  void Lose() {
    if (!wire_.empty() && Below(2) == 0) wire_.erase(wire_.begin() + Below(wire_.size()));
  }

  void Repeat() {
    if (!wire_.empty()) wire_.push_back(wire_[Below(wire_.size())]);
  }

  void Deliver() {
    if (wire_.empty()) return;
    const auto at = wire_.begin() + Below(wire_.size());
    const Envelope envelope = *at;
    wire_.erase(at);
    const Notice notice = Notice::Parse(envelope.notice).value();
    if (envelope.to == liar_) {
      heard_by_liar_.emplace(notice.epoch, notice);
      return;
    }
    Node& node = nodes_.at(envelope.to);
    if (node.running) Take(node, envelope.from, notice, AnyCrash());
  }

  // A complete certificate also tells nodes that are not of the epoch; they have verified its facts.
  void Take(Node& node, PartyIndex from, const Notice& notice, Crash crash) {
    const auto plan = std::find_if(plans_.begin(), plans_.end(), [&](const EpochPlan& each) {
      return each.agreement.epoch == notice.epoch;
    });
    ASSERT_NE(plan, plans_.end());
    Apply(node, node.running->Learn(notice, roster_), std::nullopt, crash, from);
    const auto is_signed = [&](PartyIndex member) {
      const auto it = notice.confirmations.find(member);
      return it != notice.confirmations.end() &&
             crypto::VerifyEd25519(roster_.at(member), plan->agreement.digest, it->second);
    };
    const Parties& members = plan->agreement.members;
    if (node.running && std::all_of(members.begin(), members.end(), is_signed)) {
      Apply(node, node.running->Retire(plan->agreement), std::nullopt, Crash::kNever);
    }
  }

  std::vector<EpochPlan> plans_;
  std::optional<PartyIndex> liar_;
  reshare::Roster roster_;
  std::mt19937 draw_;
  bool healed_ = false;
  std::map<PartyIndex, Node> nodes_;
  std::vector<Envelope> wire_;
  std::set<std::uint64_t> dealt_;
  std::multimap<std::uint64_t, Notice> heard_by_liar_;
  static inline std::set<std::uint64_t> reached_;
};

struct Scene {
  std::uint16_t nodes;
  std::vector<EpochPlan> plans;
  std::optional<PartyIndex> liar;
};

// Refresh twice; a node replaced by another; a larger threshold.
std::vector<Scene> Scenes() {
  const Parties three = {{1}, {2}, {3}};
  const Parties replaced = {{1}, {2}, {4}};
  const Parties five = {{1}, {2}, {3}, {4}, {5}};
  std::vector<Scene> out;
  for (const std::optional<PartyIndex>& liar : {std::optional<PartyIndex>{}, std::optional(PartyIndex{2})}) {
    out.push_back({3, {PlanOf(0, three, 2), PlanOf(1, three, 2), PlanOf(2, three, 2)}, liar});
    out.push_back({4, {PlanOf(0, three, 2), PlanOf(1, replaced, 2), PlanOf(2, three, 2)}, liar});
    out.push_back({5, {PlanOf(0, three, 2), PlanOf(1, five, 3), PlanOf(2, five, 3)}, liar});
  }
  return out;
}

class ActivationModel : public testing::TestWithParam<std::size_t> {};

TEST_P(ActivationModel, NoScheduleLosesTheKeyOrSignsWithTwoEpochs) {
  const Scene scene = Scenes()[GetParam()];
  const char* only = std::getenv("PASSPORT_MODEL_SEED");
  const std::uint32_t first = only ? static_cast<std::uint32_t>(std::atoi(only)) : 0;
  for (std::uint32_t seed = first; seed < first + (only ? 1 : 30) && !HasFailure(); ++seed) {
    const std::string what = "scene " + std::to_string(GetParam()) + ", seed " + std::to_string(seed);
    Model model(scene.nodes, scene.plans, scene.liar, seed);
    for (int step = 0; step < 120 && !HasFailure(); ++step) {
      model.Step();
      model.ExpectSafe(what + ", step " + std::to_string(step));
    }
    model.Heal();
    model.ExpectSafe(what + ", healed");
    model.ExpectAvailable(what);
  }
  EXPECT_EQ(Model::reached(), (std::set<std::uint64_t>{0, 1, 2}));  // the schedules get somewhere
}

INSTANTIATE_TEST_SUITE_P(Scenes, ActivationModel, testing::Range<std::size_t>(0, 6));

}  // namespace
}  // namespace passport::test
