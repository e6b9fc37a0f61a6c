// Who has to answer before the policy in force counts as the latest (trusted/core/policy_confirmation.h).
#include "trusted/core/policy_confirmation.h"

#include <gtest/gtest.h>

namespace passport::core {
namespace {

constexpr BootId kBoot{{1}};
constexpr PolicyConfirmation::Answer kConfirmed{kBoot, true, false};
constexpr PolicyConfirmation::Answer kUnconfirmed{kBoot, false, false};
constexpr PolicyConfirmation::Answer kLater{kBoot, true, true};

struct Asking {
  Asking(std::uint16_t n, std::uint16_t t, peer::RollbackRule rule = peer::RollbackRule::kStrict,
         bool fresh = false)
      : confirmation(Of(n, t, rule), PartyIndex{1}, fresh) {}
  static peer::Manifest Of(std::uint16_t n, std::uint16_t t, peer::RollbackRule rule) {
    peer::Manifest out;
    out.n = n;
    out.t = t;
    out.rollback = rule;
    for (std::uint16_t party = 1; party <= n; ++party) out.rows.emplace_back().party = PartyIndex{party};
    return out;
  }
  // Whether it is done after the answers of nodes 2, 3 and so on.
  bool After(std::initializer_list<PolicyConfirmation::Answer> answers) {
    std::uint16_t party = 2;
    for (const auto& answer : answers) confirmation.OnAnswer(PartyIndex{party++}, answer);
    return confirmation.done();
  }
  std::vector<std::uint16_t> Awaited() {
    std::vector<std::uint16_t> out;
    for (const PartyIndex party : confirmation.Awaited()) out.push_back(party.value);
    return out;
  }
  PolicyConfirmation confirmation;
};

using Parties = std::vector<std::uint16_t>;

TEST(PolicyConfirmation, AFirstStartAsksNobody) {
  EXPECT_TRUE(Asking(3, 2, peer::RollbackRule::kStrict, true).confirmation.done());
  EXPECT_FALSE(Asking(3, 2).confirmation.done());
}

TEST(PolicyConfirmation, OfThreeBothOthersAnswerOrOneUnderTheWeakRule) {
  Asking strict(3, 2);
  EXPECT_EQ(strict.Awaited(), (Parties{2, 3}));
  EXPECT_FALSE(strict.After({kConfirmed}));
  EXPECT_EQ(strict.Awaited(), (Parties{3}));
  EXPECT_TRUE(strict.After({kConfirmed, kUnconfirmed})) << "all others";
  EXPECT_EQ(strict.Awaited(), Parties{});
  EXPECT_TRUE(Asking(3, 2, peer::RollbackRule::kWeak).After({kUnconfirmed}));
}

TEST(PolicyConfirmation, OfFiveThreeConfirmedOnesOrAllFour) {
  EXPECT_TRUE(Asking(5, 3).After({kConfirmed, kConfirmed, kConfirmed}));
  EXPECT_FALSE(Asking(5, 3).After({kConfirmed, kConfirmed, kUnconfirmed}));
  EXPECT_TRUE(Asking(5, 3).After({kUnconfirmed, kUnconfirmed, kUnconfirmed, kUnconfirmed}));
  EXPECT_FALSE(Asking(5, 3, peer::RollbackRule::kWeak).After({kUnconfirmed}));
  EXPECT_TRUE(Asking(5, 3, peer::RollbackRule::kWeak).After({kUnconfirmed, kUnconfirmed}));
}

// R alone would be three (rules.md 6), who might all lie.
TEST(PolicyConfirmation, AtLeastTAnswerUnderTheStrictRule) {
  EXPECT_FALSE(Asking(6, 5).After({kConfirmed, kConfirmed, kConfirmed, kConfirmed}));
  EXPECT_TRUE(Asking(6, 5).After({kConfirmed, kConfirmed, kConfirmed, kConfirmed, kConfirmed}));
  EXPECT_TRUE(Asking(3, 3).After({kConfirmed, kConfirmed})) << "there are no more";
}

TEST(PolicyConfirmation, TThatSayTheyHaveALaterOneAreBelievedAndFewerAreNot) {
  EXPECT_TRUE(Asking(3, 2).After({kLater, kConfirmed}));
  Asking two(3, 2);
  EXPECT_FALSE(two.After({kLater, kLater}));
  EXPECT_EQ(two.Awaited(), (Parties{2, 3}));
  EXPECT_TRUE(two.After({kConfirmed})) << "it has another one now";
  EXPECT_TRUE(Asking(5, 3).After({kLater, kLater, kConfirmed}));
  EXPECT_FALSE(Asking(5, 3).After({kLater, kLater, kLater, kConfirmed}));
}

TEST(PolicyConfirmation, ASignedOneThatCannotBeTakenBlocksUntilAnotherIsInForce) {
  Asking asking(3, 2);
  asking.confirmation.Block(PartyIndex{2}, 4, Status::kAttestLayers);
  EXPECT_FALSE(asking.After({kConfirmed, kConfirmed}));
  asking.confirmation.GoOnWith({{PartyIndex{2}, kBoot}});
  EXPECT_FALSE(asking.confirmation.done());
  asking.confirmation.Forget();
  EXPECT_FALSE(asking.confirmation.done()) << "what was said of the policy before says nothing";
  EXPECT_TRUE(asking.After({kConfirmed, kConfirmed}));
}

TEST(PolicyConfirmation, OperatorsSayWhichStartsGoOn) {
  Asking asking(3, 2);
  EXPECT_FALSE(asking.After({kUnconfirmed}));
  asking.confirmation.GoOnWith({{PartyIndex{2}, BootId{{2}}}});
  EXPECT_FALSE(asking.confirmation.done()) << "another start";
  asking.confirmation.GoOnWith({{PartyIndex{3}, kBoot}});
  EXPECT_FALSE(asking.confirmation.done()) << "it has not answered";
  asking.confirmation.GoOnWith({});
  EXPECT_FALSE(asking.confirmation.done());
  asking.confirmation.GoOnWith({{PartyIndex{2}, kBoot}});
  EXPECT_TRUE(asking.confirmation.done());
  asking.confirmation.GoOnWith({});
  EXPECT_TRUE(asking.confirmation.done()) << "until the next start";
}

}  // namespace
}  // namespace passport::core
