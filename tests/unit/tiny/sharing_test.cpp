// Sharing in groups of 7 and 13 elements: every polynomial, every quorum, every wrong share.
#include <gtest/gtest.h>

#include <map>

#include "tests/unit/tiny/party_sets.h"
#include "tests/unit/tiny/scripted_rng.h"
#include "tests/unit/tiny/tiny_group.h"
#include "trusted/proof/dlog.h"
#include "trusted/sharing/polynomial.h"
#include "trusted/sharing/quorum.h"
#include "trusted/sharing/zero_share.h"

namespace passport::test {
namespace {

using Group7 = TinyGroup<7>;
using Group13 = TinyGroup<13>;
using Parties = std::vector<PartyIndex>;

// sum of lambda_i f(i) over a quorum.
template <class G>
curve::ScalarOf<G> Open(const sharing::PolynomialOf<G>& polynomial, const Parties& quorum) {
  curve::ScalarOf<G> sum;
  for (const PartyIndex party : quorum) {
    sum = sum + sharing::LagrangeWeight<G>(quorum, party) * polynomial.Evaluate(party).Expose();
  }
  return sum;
}

// Calls see(polynomial) for every polynomial of Z_7 with three coefficients that are not zero.
template <class See>
void ForEveryQuadratic(const See& see) {
  for (unsigned a = 1; a < 7; ++a) {
    for (unsigned b = 1; b < 7; ++b) {
      for (unsigned c = 1; c < 7; ++c) {
        ScriptedRng rng({a, b, c}, 0);
        see(sharing::PolynomialOf<Group7>::Random(3, rng));
      }
    }
  }
}

TEST(TinyGroup, HasTheLawsOfAGroup) {
  for (const auto& a : AllScalars<Group13::Scalar>()) {
    EXPECT_EQ(a + a.Negate(), Group13::Scalar());
    EXPECT_EQ(a * a.Invert(), Group13::Scalar(a.IsZero() ? 0 : 1));
    for (const auto& b : AllScalars<Group13::Scalar>()) {
      EXPECT_EQ(Group13::Add(Group13::MulBase(a), Group13::MulBase(b)), Group13::MulBase(a + b));
      const auto point = Group13::MulBase(b);
      EXPECT_EQ(point ? Group13::Mul(a, *point) : std::nullopt, Group13::MulBase(a * b));
      EXPECT_EQ((a - b) + b, a);
    }
  }
}

TEST(TinySharing, EveryQuorumOfEveryPolynomialOpensItsConstantTerm) {
  ForEveryQuadratic([](const sharing::PolynomialOf<Group7>& polynomial) {
    for (std::size_t size = 3; size <= 6; ++size) {
      for (const Parties& quorum : SetsOf(size, 6)) {
        ASSERT_EQ(Open(polynomial, quorum), polynomial.coefficients()[0].Expose());
      }
    }
  });
}

// Two shares of a quadratic say nothing: every secret is as likely as any other.
TEST(TinySharing, FewerSharesThanTheThresholdFitEverySecretEquallyOften) {
  for (const Parties& pair : SetsOf(2, 6)) {
    std::map<std::pair<unsigned, unsigned>, std::map<unsigned, int>> seen;
    for (unsigned a = 0; a < 7; ++a) {
      for (unsigned b = 0; b < 7; ++b) {
        for (unsigned c = 0; c < 7; ++c) {
          const auto at = [&](PartyIndex party) {
            return (a + b * party.value + c * party.value * party.value) % 7;
          };
          ++seen[{at(pair[0]), at(pair[1])}][a];
        }
      }
    }
    ASSERT_EQ(seen.size(), 49u);
    for (const auto& [shares, secrets] : seen) {
      ASSERT_EQ(secrets.size(), 7u);
      for (const auto& [secret, times] : secrets) ASSERT_EQ(times, 1);
    }
  }
}

TEST(TinySharing, CommitmentsFitEveryRightShareAndNoWrongOne) {
  ForEveryQuadratic([](const sharing::PolynomialOf<Group7>& polynomial) {
    const auto commitments = polynomial.Commit();
    for (std::uint16_t party = 1; party <= 6; ++party) {
      const auto expected = sharing::EvaluateCommitments<Group7>(commitments, {party});
      for (const auto& share : AllScalars<Group7::Scalar>()) {
        ASSERT_EQ(Group7::MulBase(share) == expected, share == polynomial.Evaluate({party}).Expose());
      }
    }
  });
}

// Over every t and n up to seven, in a group with room for seven parties.
TEST(TinySharing, EveryQuorumOfEveryThresholdOpensTheSecretAndWeighsToOne) {
  for (std::uint16_t n = 2; n <= 7; ++n) {
    for (std::size_t t = 2; t <= n; ++t) {
      crypto::SeededRng rng(100 * n + t);
      for (int round = 0; round < 5; ++round) {
        const auto polynomial = sharing::PolynomialOf<Group13>::Random(t, rng);
        for (const Parties& quorum : SetsOf(t, n)) {
          ASSERT_EQ(Open(polynomial, quorum), polynomial.coefficients()[0].Expose());
          Group13::Scalar sum;
          for (const PartyIndex party : quorum) sum = sum + sharing::LagrangeWeight<Group13>(quorum, party);
          ASSERT_EQ(sum, Group13::Scalar(1));
        }
      }
    }
  }
}

TEST(TinySharing, ZeroSharesOfEveryQuorumSumToZero) {
  for (std::uint16_t n = 2; n <= 7; ++n) {
    for (std::size_t t = 2; t <= n; ++t) {
      for (const Parties& quorum : SetsOf(t, n)) {
        Group13::Scalar sum;
        for (const PartyIndex self : quorum) {
          std::map<PartyIndex, crypto::SecretKey32> seeds;
          for (const PartyIndex peer : quorum) {
            const auto [low, high] = std::minmax(self, peer);
            ByteArray<32> seed{static_cast<std::uint8_t>(low.value), static_cast<std::uint8_t>(high.value)};
            if (peer != self) seeds.emplace(peer, crypto::SecretKey32(seed));
          }
          sum = sum + sharing::ZeroShare<Group13>(self, seeds, Hash32{9}).Expose();
        }
        ASSERT_TRUE(sum.IsZero());
      }
    }
  }
}

// The nonce is not among what is tried: it comes of the same draw for all. Soundness is 1 in 13 here.
TEST(TinyProof, EveryStatementIsProvenAndNoOtherResponseVerifies) {
  const proof::DlogUse use{crypto::tag::kPokKg, {}, {1}, 0};
  for (const auto& secret : NonZeroScalars<Group13::Scalar>()) {
    crypto::SeededRng rng(secret.value());
    const auto statement = Group13::MulBase(secret).value();
    auto proof = proof::ProveDlog<Group13>(use, curve::SecretScalarOf<Group13>(secret), statement, rng);
    const auto right = proof.response;
    for (const auto& response : AllScalars<Group13::Scalar>()) {
      proof.response = response;
      ASSERT_EQ(proof::VerifyDlog<Group13>(use, statement, proof), response == right);
    }
  }
}

}  // namespace
}  // namespace passport::test
