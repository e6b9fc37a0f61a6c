// FROST in a group of seven elements: every key, polynomial, tweak, every pair of nonces of one signer, and
// every lie about a share.
#include "trusted/frost/frost.h"

#include <gtest/gtest.h>

#include "tests/unit/tiny/party_sets.h"
#include "tests/unit/tiny/scripted_rng.h"
#include "tests/unit/tiny/tiny_suite.h"
#include "trusted/sharing/polynomial.h"

namespace passport::test {
namespace {

using Group7 = TinySuite::Group;
using Scalar7 = TinySuite::Scalar;
using Parties = std::vector<PartyIndex>;
using Share = sharing::KeyShareOf<Group7>;
using protocol::AbortReason;

const Bytes kMessage = ToBytes("m");

Share MakeShare(unsigned a, unsigned b, PartyIndex self) {
  ScriptedRng rng({a, b}, 0);
  const auto polynomial = sharing::PolynomialOf<Group7>::Random(2, rng);
  Share out;
  out.purpose = TinySuite::kPurpose;
  out.n = 3;
  out.t = 2;
  out.self = self;
  out.holders = {{1}, {2}, {3}};
  out.commitments = polynomial.Commit();
  out.share = polynomial.Evaluate(self);
  return out;
}

auto Start(const Share& key, const Parties& quorum, const Scalar7& tweak, unsigned hiding, unsigned binding) {
  Bytes random(64);
  random[0] = static_cast<std::uint8_t>(hiding);
  random[32] = static_cast<std::uint8_t>(binding);
  ScriptedRng rng(random, 0);
  return frost::Start<TinySuite>({quorum, {}, key, tweak}, rng);
}

struct Count {
  int signatures = 0;
  int aborts = 0;
  int lies = 0;
};

// One run of two signers; the first one's nonces are given.
void RunOnce(unsigned a, unsigned b, const Parties& quorum, const Scalar7& tweak, unsigned hiding,
             unsigned binding, Count& count) {
  const Share one = MakeShare(a, b, quorum[0]);
  const Share two = MakeShare(a, b, quorum[1]);
  auto started_one = Start(one, quorum, tweak, hiding, binding);
  auto started_two = Start(two, quorum, tweak, 2, 3);
  const auto meant = TinySuite::MeansNegative(one.PublicKey()) ? one.PublicKey().Negate() : one.PublicKey();
  const bool cancelled = !Group7::Add(meant, Group7::MulBase(tweak)).has_value();
  ASSERT_EQ(started_one.ok(), !cancelled && hiding != 0 && binding != 0);
  ASSERT_EQ(started_two.ok(), !cancelled);
  if (!started_one.ok()) {
    ASSERT_EQ(started_one.error().reason, AbortReason::kIdentity);
    ++count.aborts;
    return;
  }
  auto [state_one, commitment_one] = std::move(started_one).value();
  auto [state_two, commitment_two] = std::move(started_two).value();
  auto signed_one = frost::Sign(std::move(state_one), kMessage, {{quorum[1], commitment_two}});
  auto signed_two = frost::Sign(std::move(state_two), kMessage, {{quorum[0], commitment_one}});
  ASSERT_EQ(signed_one.ok(), signed_two.ok());
  if (!signed_one.ok()) {
    ASSERT_EQ(signed_one.error().reason, AbortReason::kIdentity);
    ++count.aborts;
    return;
  }
  const auto& [waiting, share_one] = signed_one.value();
  auto share_two = signed_two.value().out;
  const auto signature = frost::Aggregate(waiting, {{quorum[1], share_two}});
  ASSERT_TRUE(signature.ok());
  ASSERT_TRUE(TinySuite::Verify(waiting.session.public_key, kMessage, signature.value()));
  ASSERT_EQ(frost::Aggregate(signed_two.value().next, {{quorum[0], share_one}}).value(), signature.value());
  ++count.signatures;
  const Scalar7 honest = share_two.share;
  for (const Scalar7& lie : NonZeroScalars<Scalar7>()) {
    share_two.share = honest + lie;
    const auto refused = frost::Aggregate(waiting, {{quorum[1], share_two}});
    ASSERT_FALSE(refused.ok());
    ASSERT_EQ(refused.error().reason, AbortReason::kSignatureShare);
    ASSERT_EQ(refused.error().culprit, quorum[1]);
    ++count.lies;
  }
}

// Calls see(a, b, hiding, binding) for every line with two coefficients that are not zero and all nonces.
template <class See>
void ForEveryKeyAndNonces(const See& see) {
  for (unsigned a = 1; a < 7; ++a) {
    for (unsigned b = 1; b < 7; ++b) {
      for (unsigned hiding = 0; hiding < 7; ++hiding) {
        for (unsigned binding = 0; binding < 7; ++binding) see(a, b, hiding, binding);
      }
    }
  }
}

TEST(TinyFrost, EveryKeyNonceQuorumAndLieHasItsOutcome) {
  Count count;
  for (const Parties& quorum : SetsOf(2, 3)) {
    ForEveryKeyAndNonces([&](unsigned a, unsigned b, unsigned hiding, unsigned binding) {
      RunOnce(a, b, quorum, Scalar7(), hiding, binding, count);
    });
  }
  EXPECT_EQ(count.signatures + count.aborts, 3 * 36 * 49);
  EXPECT_GT(count.aborts, 3 * 36 * 13);  // a nonce that is zero, and some R that is the identity
  EXPECT_EQ(count.lies, 6 * count.signatures);
}

TEST(TinyFrost, EveryTweakOfEveryKeySignsUnlessItCancelsTheKey) {
  Count count;
  for (const Scalar7& tweak : NonZeroScalars<Scalar7>()) {
    for (unsigned a = 1; a < 7; ++a) {
      for (unsigned b = 1; b < 7; ++b) {
        for (unsigned hiding = 1; hiding < 7; ++hiding) RunOnce(a, b, {{1}, {3}}, tweak, hiding, 1, count);
      }
    }
  }
  EXPECT_EQ(count.signatures + count.aborts, 6 * 36 * 6);
  EXPECT_GT(count.signatures, 0);
}

}  // namespace
}  // namespace passport::test
