// Refreshing many keys at once: one row, for one key of the batch and one party.
#include "bench/micro/harness.h"
#include "tests/unit/protocol/reshare_network.h"

namespace passport::bench {
namespace {

constexpr std::size_t kKeys = 16;
constexpr std::uint16_t kNodes = 3;

// Keys of 2 of 3 nodes, dealt anew by two of them to all three; to the activated epoch. Messages are encoded
// and parsed.
class RefreshBench {
 public:
  RefreshBench() {
    for (std::size_t key = 0; key < kKeys; ++key) keys_.push_back(test::MakeCommittee(2, kNodes, key + 1));
  }

  void Run() {
    for (std::size_t key = 0; key < kKeys; ++key) DealOne(key);
    std::vector<reshare::Notice> notices;
    std::vector<reshare::Activation> nodes;
    for (const PartyIndex self : test::AllOf(kNodes)) {
      for (auto& outcome : reshare::ConfirmAll(std::move(received_[self]), node_keys_.at(self), rng_)) {
        reshare::Confirmed confirmed = std::move(outcome).value();
        nodes.emplace_back(confirmed.pending.id, self);
        notices.push_back(
            nodes.back().Prepare(confirmed.agreement, confirmed.confirmation).value().send.front());
      }
      received_[self].clear();
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      for (std::size_t from = i % kKeys; from < nodes.size(); from += kKeys) {
        if (from != i) nodes[i].Learn(reshare::Notice::Parse(notices[from].Encode()).value(), roster_);
      }
      PASSPORT_CHECK(nodes[i].SigningEpoch() == 1u);
    }
  }

 private:
  // Rounds 1 and 2 of one key.
  void DealOne(std::size_t key) {
    const test::Committee& from = keys_[key];
    const test::Parties all = test::AllOf(kNodes);
    const reshare::Proposal proposal = test::MakeReshareProposal(from, {{1}, {2}}, 2, kNodes, all);
    std::map<PartyIndex, reshare::AwaitingCommitments> started;
    std::map<PartyIndex, Bytes> round_1;
    for (const PartyIndex self : all) {
      auto step = reshare::Start(proposal, from.facts(), from.shares.at(self), rng_).value();
      started.emplace(self, std::move(step.next));
      round_1[self] = step.out.Encode();
    }
    for (auto& [self, state] : started) {
      protocol::Inbox<dkg::Commitment> inbox;
      for (const auto& [peer, message] : round_1) {
        if (peer != self) inbox.emplace(peer, dkg::Commitment::Parse(message).value());
      }
      auto step = reshare::Open(std::move(state), inbox, rng_).value();
      ReceivedBy(self, key).state = std::move(step.next);
      for (const auto& [holder, opening] : step.out) {
        ReceivedBy(holder, key)
            .inbox.emplace(self, dkg::Opening::Parse(opening.EncodeSecret().Expose()).value());
      }
    }
  }

  reshare::Received& ReceivedBy(PartyIndex party, std::size_t key) {
    std::vector<reshare::Received>& all = received_[party];
    if (all.size() <= key) all.resize(key + 1);
    return all[key];
  }

  std::vector<test::Committee> keys_;
  dkg::Roster roster_ = test::MakeRoster(kNodes);
  std::map<PartyIndex, crypto::SigningKey> node_keys_ = [] {
    std::map<PartyIndex, crypto::SigningKey> out;
    for (const PartyIndex party : test::AllOf(kNodes)) out.emplace(party, test::NodeKey(party));
    return out;
  }();
  std::map<PartyIndex, std::vector<reshare::Received>> received_;
  crypto::SystemRng rng_;
};

}  // namespace

void AddRefreshRows() {
  AddRow<RefreshBench>(
      "refresh_2of3", [](RefreshBench& bench) { bench.Run(); }, kNodes * kKeys);
}

}  // namespace passport::bench
