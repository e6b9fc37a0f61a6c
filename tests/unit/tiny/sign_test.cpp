// The sums of threshold ECDSA in a group of seven elements, with an ideal multiplication: every nonce share,
// blinding, message and r of two signers, and every quorum of every threshold up to seven.
#include <gtest/gtest.h>

#include <map>

#include "tests/unit/tiny/party_sets.h"
#include "tests/unit/tiny/tiny_group.h"
#include "trusted/sharing/polynomial.h"
#include "trusted/sharing/quorum.h"
#include "trusted/sharing/zero_share.h"
#include "trusted/sign/algebra.h"

namespace passport::test {
namespace {

using Parties = std::vector<PartyIndex>;

// What one signer knows.
template <class Scalar>
struct Signer {
  Scalar nonce;         // r_i
  Scalar key;           // sk_i
  Scalar blinding;      // phi_i
  Scalar offsets;       // sum of psi_{j,i}
  Scalar nonce_shares;  // sum of c^u and d^u
  Scalar key_shares;    // sum of c^v and d^v
};

// Everybody multiplies with everybody: for Alice i and Bob j with a random factor, two random shares of a_i
// chi.
template <class Scalar>
void Multiply(std::map<PartyIndex, Signer<Scalar>>& signers, crypto::Rng& rng) {
  for (auto& [i, alice] : signers) {
    for (auto& [j, bob] : signers) {
      if (i == j) continue;
      const Scalar factor = Scalar::Random(rng);
      const Scalar c_nonce = Scalar::Random(rng);
      const Scalar c_key = Scalar::Random(rng);
      alice.nonce_shares = alice.nonce_shares + c_nonce;
      alice.key_shares = alice.key_shares + c_key;
      bob.nonce_shares = bob.nonce_shares + (alice.nonce * factor - c_nonce);
      bob.key_shares = bob.key_shares + (alice.key * factor - c_key);
      alice.offsets = alice.offsets + sign::BlindingOffset(bob.blinding, factor);
    }
  }
}

template <class Scalar>
struct Sums {
  Scalar u;
  Scalar v;
  Scalar w;
};

template <class Scalar>
Sums<Scalar> SumUp(const std::map<PartyIndex, Signer<Scalar>>& signers, const Scalar& message,
                   const Scalar& nonce_x) {
  Sums<Scalar> out;
  for (const auto& [party, signer] : signers) {
    const Scalar blinding_and_offsets = signer.blinding + signer.offsets;
    const Scalar u = sign::BlindedShare(signer.nonce, blinding_and_offsets, signer.nonce_shares);
    const Scalar v = sign::BlindedShare(signer.key, blinding_and_offsets, signer.key_shares);
    out.u = out.u + u;
    out.v = out.v + v;
    out.w = out.w + sign::NumeratorShare(message, signer.blinding, nonce_x, v);
  }
  return out;
}

// sk_i of every member of a quorum, from the shares of a polynomial and pairwise seeds.
template <class G>
std::map<PartyIndex, curve::ScalarOf<G>> AdditiveShares(const sharing::PolynomialOf<G>& key,
                                                        const Parties& quorum,
                                                        const curve::ScalarOf<G>& tweak) {
  std::map<PartyIndex, curve::ScalarOf<G>> out;
  for (const PartyIndex self : quorum) {
    std::map<PartyIndex, crypto::SecretKey32> seeds;
    for (const PartyIndex peer : quorum) {
      const auto [low, high] = std::minmax(self, peer);
      const ByteArray<32> seed{static_cast<std::uint8_t>(low.value), static_cast<std::uint8_t>(high.value)};
      if (peer != self) seeds.emplace(peer, crypto::SecretKey32(seed));
    }
    out.emplace(self,
                sign::AdditiveShareOf(sharing::LagrangeWeight<G>(quorum, self), key.Evaluate(self).Expose(),
                                      tweak, sharing::ZeroShare<G>(self, seeds, Hash32{3}).Expose()));
  }
  return out;
}

TEST(TinySign, EveryNonceBlindingMessageAndRGivesASignatureOfTheKey) {
  using Scalar = TinyGroup<7>::Scalar;
  crypto::SeededRng rng(1);
  const Scalar keys[2] = {Scalar(3), Scalar(5)};
  const Scalar secret = keys[0] + keys[1];
  int signatures = 0;
  for (const Scalar& r1 : NonZeroScalars<Scalar>()) {
    for (const Scalar& r2 : NonZeroScalars<Scalar>()) {
      for (const Scalar& phi1 : NonZeroScalars<Scalar>()) {
        for (const Scalar& phi2 : NonZeroScalars<Scalar>()) {
          std::map<PartyIndex, Signer<Scalar>> signers{{{1}, {r1, keys[0], phi1, {}, {}, {}}},
                                                       {{2}, {r2, keys[1], phi2, {}, {}, {}}}};
          Multiply(signers, rng);
          for (const Scalar& message : AllScalars<Scalar>()) {
            for (const Scalar& x : NonZeroScalars<Scalar>()) {
              const Sums<Scalar> sums = SumUp(signers, message, x);
              ASSERT_EQ(sums.u, (r1 + r2) * (phi1 + phi2));
              ASSERT_EQ(sums.v, secret * (phi1 + phi2));
              ASSERT_EQ(sums.w, (message + x * secret) * (phi1 + phi2));
              if (sums.u.IsZero()) continue;  // no nonce or no blinding: Combine refuses it
              ASSERT_EQ(sums.w * sums.u.Invert() * (r1 + r2), message + x * secret);
              ++signatures;
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(signatures, 30 * 30 * 7 * 6);  // 30 of 36 pairs of nonces, and of blindings, do not cancel
}

TEST(TinySign, EveryQuorumOfEveryThresholdSignsWithTheTweakedKey) {
  using G = TinyGroup<13>;
  using Scalar = G::Scalar;
  for (std::uint16_t n = 2; n <= 7; ++n) {
    for (std::size_t t = 2; t <= n; ++t) {
      crypto::SeededRng rng(100 * n + t);
      const auto polynomial = sharing::PolynomialOf<G>::Random(t, rng);
      for (const Parties& quorum : SetsOf(t, n)) {
        const Scalar tweak = Scalar::Random(rng);
        const Scalar secret = polynomial.coefficients()[0].Expose() + tweak;
        std::map<PartyIndex, Signer<Scalar>> signers;
        Scalar nonce;
        Scalar blinding;
        for (const auto& [party, key] : AdditiveShares<G>(polynomial, quorum, tweak)) {
          signers.emplace(party, Signer<Scalar>{Scalar::Random(rng), key, Scalar::Random(rng), {}, {}, {}});
          nonce = nonce + signers.at(party).nonce;
          blinding = blinding + signers.at(party).blinding;
        }
        Multiply(signers, rng);
        const Scalar message = Scalar::Random(rng);
        const Scalar x = Scalar::Random(rng);
        const Sums<Scalar> sums = SumUp(signers, message, x);
        ASSERT_EQ(sums.u, nonce * blinding);
        ASSERT_EQ(sums.w, (message + x * secret) * blinding);
      }
    }
  }
}

}  // namespace
}  // namespace passport::test
