// The life of a key in a group of thirteen elements, for all t and n up to seven: it is generated, dealt anew
// to every other committee, and every lost share is repaired by every set of helpers.
#include <gtest/gtest.h>

#include "tests/unit/tiny/party_sets.h"
#include "tests/unit/tiny/tiny_group.h"
#include "trusted/reshare/repair.h"
#include "trusted/reshare/reshare.h"
#include "trusted/sharing/quorum.h"

namespace passport::test {
namespace {

using Group13 = TinyGroup<13>;
using Scalar13 = Group13::Scalar;
using Parties = std::vector<PartyIndex>;
using Facts = dkg::KeyFactsOf<Group13>;
using Shares = std::map<PartyIndex, sharing::KeyShareOf<Group13>>;

constexpr std::uint16_t kPartiesMax = 7;

struct Shape {
  std::uint16_t t;
  std::uint16_t n;
};
std::vector<Shape> AllShapes() {
  std::vector<Shape> out;
  for (std::uint16_t n = 2; n <= kPartiesMax; ++n) {
    for (std::uint16_t t = 2; t <= n; ++t) out.push_back({t, n});
  }
  return out;
}

Parties FirstOf(std::uint16_t n) { return SetsOf(n, n)[0]; }

struct Held {
  Facts facts;
  Shares shares;
};

const crypto::SigningKey& EverybodysKey() {
  static const crypto::SigningKey key(crypto::SecretKey32(ByteArray<32>{1}));
  return key;
}

// Nothing if a share or the key is zero, which in this group happens every other time.
std::optional<Held> Generate(const Shape& shape, std::uint64_t seed) {
  const dkg::Proposal proposal{{7}, Group13::kCurve, 1, shape.n, shape.t, FirstOf(shape.n)};
  crypto::SeededRng rng(seed);
  std::map<PartyIndex, dkg::AwaitingCommitmentsOf<Group13>> started;
  protocol::Inbox<dkg::Commitment> commitments;
  for (const PartyIndex self : proposal.dealers) {
    auto step = dkg::Start<Group13>(proposal, self, rng).value();
    started.emplace(self, std::move(step.next));
    commitments.emplace(self, step.out);
  }
  std::map<PartyIndex, dkg::AwaitingOpeningsOf<Group13>> opened;
  std::map<PartyIndex, protocol::Inbox<dkg::OpeningOf<Group13>>> inboxes;
  for (auto& [self, state] : started) {
    protocol::Inbox<dkg::Commitment> inbox = commitments;
    inbox.erase(self);
    auto step = dkg::Open(std::move(state), inbox, rng).value();
    opened.emplace(self, std::move(step.next));
    for (auto& [peer, opening] : step.out) inboxes[peer].emplace(self, std::move(opening));
  }
  Held out;
  for (auto& [self, state] : opened) {
    auto confirmed = dkg::Confirm(std::move(state), std::move(inboxes.at(self)), EverybodysKey(), rng);
    if (!confirmed.ok()) {
      EXPECT_EQ(confirmed.error().reason, protocol::AbortReason::kIdentity);
      return std::nullopt;
    }
    out.facts = confirmed.value().next.facts;
    out.shares.emplace(self, std::move(confirmed.value().pending));
  }
  return out;
}

Held GenerateSurely(const Shape& shape) {
  for (std::uint64_t seed = 1;; ++seed) {
    if (auto held = Generate(shape, seed)) return std::move(*held);
  }
}

// Dealt by the last t holders. Nothing as above.
std::optional<Held> Reshare(const Held& from, const Shape& shape, std::uint64_t seed) {
  const Parties& old = from.facts.proposal.dealers;
  reshare::Proposal proposal;
  proposal.key = from.facts.Id();
  proposal.epoch = from.facts.epoch + 1;
  proposal.dealers.assign(old.end() - from.facts.proposal.t, old.end());
  proposal.n = shape.n;
  proposal.t = shape.t;
  proposal.holders = FirstOf(shape.n);
  dkg::KeyCertificateOf<Group13> certificate{from.facts, {}};
  reshare::Roster roster;
  for (const PartyIndex dealer : proposal.dealers) {
    certificate.confirmations[dealer] = EverybodysKey().Sign(*from.facts.ConfirmedDigest());
    roster[dealer] = EverybodysKey().public_key();
  }
  crypto::SeededRng rng(seed);
  std::map<PartyIndex, reshare::AwaitingCommitmentsOf<Group13>> started;
  protocol::Inbox<dkg::Commitment> commitments;
  for (const PartyIndex self : proposal.Parties()) {
    const auto share = from.shares.find(self);
    auto step = share == from.shares.end()
                    ? reshare::Join(proposal, certificate, roster, 0, self, rng).value()
                    : reshare::Start(proposal, from.facts, share->second, rng).value();
    started.emplace(self, std::move(step.next));
    commitments.emplace(self, step.out);
  }
  std::map<PartyIndex, reshare::ReceivedOf<Group13>> received;
  std::map<PartyIndex, protocol::Inbox<dkg::OpeningOf<Group13>>> inboxes;
  for (auto& [self, state] : started) {
    protocol::Inbox<dkg::Commitment> inbox = commitments;
    inbox.erase(self);
    auto step = reshare::Open(std::move(state), inbox, rng).value();
    received.emplace(self, reshare::ReceivedOf<Group13>{std::move(step.next), {}});
    for (auto& [peer, opening] : step.out) inboxes[peer].emplace(self, std::move(opening));
  }
  Held out;
  for (const PartyIndex self : proposal.holders) {
    std::vector<reshare::ReceivedOf<Group13>> own;
    own.push_back(std::move(received.at(self)));
    own[0].inbox = std::move(inboxes[self]);
    auto outcome = std::move(reshare::ConfirmAll(std::move(own), EverybodysKey(), rng)[0]);
    if (!outcome.ok()) {
      EXPECT_EQ(outcome.error().reason, protocol::AbortReason::kIdentity);
      return std::nullopt;
    }
    out.facts = outcome.value().facts;
    out.shares.emplace(self, std::move(outcome.value().pending));
  }
  return out;
}

std::optional<Group13::Point> OpenedBy(const Shares& shares, const Parties& quorum) {
  Scalar13 sum;
  for (const PartyIndex party : quorum) {
    sum = sum + sharing::LagrangeWeight<Group13>(quorum, party) * shares.at(party).share.Expose();
  }
  return Group13::MulBase(sum);
}

void ExpectEveryQuorumOpens(const Held& held) {
  const dkg::Proposal& shape = held.facts.proposal;
  for (const Parties& quorum : SetsOf(shape.t, shape.n)) {
    ASSERT_EQ(OpenedBy(held.shares, quorum), held.facts.PublicKey());
  }
}

TEST(TinyLife, EveryQuorumOfEveryGeneratedKeyOpensIt) {
  for (const Shape& shape : AllShapes()) {
    int keys = 0;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      const auto held = Generate(shape, seed);
      if (!held) continue;
      ++keys;
      ExpectEveryQuorumOpens(*held);
    }
    EXPECT_GT(keys, 0) << shape.t << " of " << shape.n;
  }
}

TEST(TinyLife, EveryCommitteeReachesEveryOtherAndKeepsTheKey) {
  for (const Shape& from : AllShapes()) {
    const Held before = GenerateSurely(from);
    for (const Shape& to : AllShapes()) {
      std::optional<Held> after;
      for (std::uint64_t seed = 1; !after && seed <= 40; ++seed) after = Reshare(before, to, seed);
      ASSERT_TRUE(after.has_value()) << from.t << " of " << from.n << " to " << to.t << " of " << to.n;
      ASSERT_EQ(after->facts.PublicKey(), before.facts.PublicKey());
      ASSERT_EQ(after->facts.Id(), before.facts.Id());
      ExpectEveryQuorumOpens(*after);
    }
  }
}

TEST(TinyLife, EverySetOfHelpersRepairsEveryLostShareOfEveryCommittee) {
  crypto::SeededRng rng(3);
  for (const Shape& shape : AllShapes()) {
    const Held held = GenerateSurely(shape);
    for (const Parties& helpers : SetsOf(shape.t, shape.n)) {
      for (const PartyIndex lost : FirstOf(shape.n)) {
        if (sharing::Contains(helpers, lost)) continue;
        const reshare::RepairProposal proposal{{}, held.facts.Id(), 0, helpers, lost};
        std::map<PartyIndex, reshare::AwaitingPartsOf<Group13>> states;
        std::map<PartyIndex, protocol::Inbox<reshare::RepairPartOf<Group13>>> inboxes;
        for (const PartyIndex helper : helpers) {
          auto step = reshare::StartRepair(proposal, held.shares.at(helper), rng).value();
          states.emplace(helper, std::move(step.next));
          for (auto& [peer, part] : step.out) inboxes[peer].emplace(helper, std::move(part));
        }
        protocol::Inbox<reshare::RepairSumOf<Group13>> sums;
        for (auto& [helper, state] : states) {
          sums.emplace(helper, reshare::SumParts(std::move(state), std::move(inboxes.at(helper))).value());
        }
        const auto share =
            reshare::FinishRepair(proposal, dkg::MakeShare(held.facts, lost, {}), std::move(sums));
        ASSERT_TRUE(share.ok());
        ASSERT_EQ(share.value().share.Expose(), held.shares.at(lost).share.Expose());
      }
    }
  }
}

}  // namespace
}  // namespace passport::test
