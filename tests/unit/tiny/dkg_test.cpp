// Key generation of 2-of-3 in a group of five elements: every polynomial of every dealer, every wrong share.
#include <gtest/gtest.h>

#include "tests/unit/tiny/party_sets.h"
#include "tests/unit/tiny/scripted_rng.h"
#include "tests/unit/tiny/tiny_group.h"
#include "trusted/dkg/dkg.h"
#include "trusted/sharing/quorum.h"

namespace passport::test {
namespace {

using Tiny = TinyGroup<5>;
using Scalar5 = Tiny::Scalar;
using protocol::AbortReason;

constexpr std::uint16_t kParties = 3;

struct Line {  // f(x) = a + b x, which a dealer deals
  unsigned a = 0;
  unsigned b = 0;
  Scalar5 At(unsigned x) const { return Scalar5(a + b * x); }
};

std::vector<Line> AllLines() {
  std::vector<Line> out;
  for (unsigned a = 1; a < 5; ++a) {
    for (unsigned b = 1; b < 5; ++b) out.push_back({a, b});
  }
  return out;
}

dkg::Proposal MakeProposal() { return {{7}, Tiny::kCurve, 1, kParties, 2, {{1}, {2}, {3}}}; }

crypto::SigningKey NodeKey() { return crypto::SigningKey(crypto::SecretKey32(ByteArray<32>{1})); }

using Opened = protocol::Advance<dkg::AwaitingOpeningsOf<Tiny>, protocol::Outbox<dkg::OpeningOf<Tiny>>>;

// Rounds 1 and 2 of all dealers, who deal these lines.
std::map<PartyIndex, Opened> RunUntilOpened(const std::vector<Line>& lines) {
  std::map<PartyIndex, dkg::AwaitingCommitmentsOf<Tiny>> committed;
  protocol::Inbox<dkg::Commitment> commitments;
  for (std::uint16_t i = 1; i <= kParties; ++i) {
    ScriptedRng rng({lines[i - 1u].a, lines[i - 1u].b}, i);
    auto step = dkg::Start<Tiny>(MakeProposal(), {i}, rng).value();
    committed.emplace(PartyIndex{i}, std::move(step.next));
    commitments.emplace(PartyIndex{i}, step.out);
  }
  std::map<PartyIndex, Opened> out;
  for (auto& [self, state] : committed) {
    crypto::SeededRng rng(10 + std::uint64_t{self.value});
    protocol::Inbox<dkg::Commitment> inbox = commitments;
    inbox.erase(self);
    out.emplace(self, dkg::Open(std::move(state), inbox, rng).value());
  }
  return out;
}

// Round 3 of one party, who takes its messages out of what the others sent.
protocol::Outcome<dkg::ConfirmedOf<Tiny>> Confirm(std::map<PartyIndex, Opened>& opened, PartyIndex self,
                                                  const crypto::SigningKey& node_key) {
  protocol::Inbox<dkg::OpeningOf<Tiny>> inbox;
  for (auto& [dealer, state] : opened) {
    if (dealer != self) inbox.emplace(dealer, std::move(state.out.at(self)));
  }
  crypto::SeededRng rng(20);
  return dkg::Confirm(std::move(opened.at(self).next), std::move(inbox), node_key, rng);
}

Line SumOf(const std::vector<Line>& lines) {
  Line out;
  for (const Line& line : lines) out = {out.a + line.a, out.b + line.b};
  return out;
}

// Whether the sum of the lines is a key: neither coefficient nor any share is zero.
bool IsKey(const Line& sum) {
  bool out = sum.a % 5 != 0 && sum.b % 5 != 0;
  for (unsigned x = 1; x <= kParties; ++x) out = out && !sum.At(x).IsZero();
  return out;
}

TEST(TinyDkg, EveryPolynomialOfEveryDealerGivesTheRightSharesAndKeyOrIsRefusedByAll) {
  const crypto::SigningKey node_key = NodeKey();
  const std::vector<Line> all = AllLines();
  int keys = 0;
  int identities = 0;
  for (const Line& one : all) {
    for (const Line& two : all) {
      for (const Line& three : all) {
        const Line sum = SumOf({one, two, three});
        auto opened = RunUntilOpened({one, two, three});
        std::optional<KeyId> id;
        for (std::uint16_t self = 1; self <= kParties; ++self) {
          const auto confirmed = Confirm(opened, {self}, node_key);
          ASSERT_EQ(confirmed.ok(), IsKey(sum));
          if (!confirmed.ok()) {
            ASSERT_EQ(confirmed.error().reason, AbortReason::kIdentity);
            ASSERT_FALSE(confirmed.error().culprit.has_value());
            continue;
          }
          const sharing::KeyShareOf<Tiny>& share = confirmed.value().pending;
          ASSERT_EQ(share.share.Expose(), sum.At(self));
          ASSERT_EQ(share.PublicKey(), Tiny::MulBase(Scalar5(sum.a)));
          ASSERT_EQ(share.curve, Tiny::kCurve);
          ASSERT_EQ(share.id, id.value_or(share.id));
          id = share.id;
        }
        ++(IsKey(sum) ? keys : identities);
      }
    }
  }
  EXPECT_EQ(keys + identities, 4096);
  EXPECT_GT(keys, 0);
  EXPECT_GT(identities, 0);
}

TEST(TinyDkg, EverySingleWrongShareOfEveryPolynomialIsRefusedAndBlamedOnItsDealer) {
  const crypto::SigningKey node_key = NodeKey();
  constexpr PartyIndex kLiar{3};
  for (const Line& line : AllLines()) {
    for (const PartyIndex victim : {PartyIndex{1}, PartyIndex{2}}) {
      for (const Scalar5& lie : NonZeroScalars<Scalar5>()) {
        auto opened = RunUntilOpened({{1, 1}, {2, 1}, line});
        Scalar5& share = opened.at(kLiar).out.at(victim).share.ExposeMutable();
        share = share + lie;
        const auto confirmed = Confirm(opened, victim, node_key);
        ASSERT_FALSE(confirmed.ok());
        ASSERT_EQ(confirmed.error().reason, AbortReason::kShare);
        ASSERT_EQ(confirmed.error().culprit, kLiar);
      }
    }
  }
}

// What three confirmed parties hold is what a certificate says, for every key there can be.
TEST(TinyDkg, CertificatesOfEveryKeyVerifyAndNameItsSharePoints) {
  const crypto::SigningKey node_key = NodeKey();
  const dkg::Roster roster{
      {{1}, node_key.public_key()}, {{2}, node_key.public_key()}, {{3}, node_key.public_key()}};
  for (const Line& three : AllLines()) {
    const std::vector<Line> lines{{1, 2}, {3, 1}, three};
    if (!IsKey(SumOf(lines))) continue;
    auto opened = RunUntilOpened(lines);
    std::map<PartyIndex, dkg::ConfirmedOf<Tiny>> confirmed;
    protocol::Inbox<dkg::ConfirmationOf<Tiny>> confirmations;
    for (std::uint16_t self = 1; self <= kParties; ++self) {
      confirmed.emplace(PartyIndex{self}, Confirm(opened, {self}, node_key).value());
      confirmations.emplace(PartyIndex{self}, confirmed.at({self}).out);
    }
    confirmations.erase({1});
    const auto certificate = dkg::Finish(std::move(confirmed.at({1}).next), confirmations, roster, 3);
    ASSERT_TRUE(certificate.ok());
    ASSERT_TRUE(certificate.value().Verify(roster, 3).ok());
    for (unsigned m = 1; m <= kParties; ++m) {
      const PartyIndex party{static_cast<std::uint16_t>(m)};
      ASSERT_EQ(confirmed.at(party).pending.SharePoint(party), Tiny::MulBase(SumOf(lines).At(m)));
    }
  }
}

}  // namespace
}  // namespace passport::test
