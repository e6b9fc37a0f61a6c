// Polynomials, Lagrange weights, zero shares and the stored key share.
#include <gtest/gtest.h>

#include "trusted/sharing/encoding.h"
#include "trusted/sharing/key_share.h"
#include "trusted/sharing/polynomial.h"
#include "trusted/sharing/quorum.h"
#include "trusted/sharing/zero_share.h"

namespace passport::sharing {
namespace {

using curve::Scalar;

static_assert(!std::is_copy_constructible_v<Polynomial>);
static_assert(!std::is_copy_constructible_v<KeyShare>);

std::vector<PartyIndex> Set(std::initializer_list<std::uint16_t> values) {
  std::vector<PartyIndex> out;
  for (const std::uint16_t value : values) out.push_back({value});
  return out;
}

TEST(Quorum, OnlyRisingIndicesWithinTheRosterAreAPartySet) {
  EXPECT_TRUE(IsPartySet(Set({1, 3, 5}), 5));
  EXPECT_TRUE(IsPartySet(Set({}), 5));
  EXPECT_FALSE(IsPartySet(Set({0, 1}), 5));
  EXPECT_FALSE(IsPartySet(Set({1, 1}), 5));
  EXPECT_FALSE(IsPartySet(Set({2, 1}), 5));
  EXPECT_FALSE(IsPartySet(Set({1, 6}), 5));
}

TEST(Quorum, LagrangeWeightsOpenTheConstantTermOfEveryPolynomial) {
  crypto::SeededRng rng(1);
  const Polynomial polynomial = Polynomial::Random(3, rng);
  const std::vector<PartyIndex> quorum = Set({2, 5, 9});
  Scalar sum;
  for (const PartyIndex party : quorum) {
    sum = sum + LagrangeWeight(quorum, party) * polynomial.Evaluate(party).Expose();
  }
  EXPECT_TRUE(sum.EqualsPublic(polynomial.coefficients()[0].Expose()));
}

TEST(Quorum, LagrangeWeightsOfOneAndTwoAreTwoAndMinusOne) {
  EXPECT_TRUE(LagrangeWeight(Set({1, 2}), {1}).EqualsPublic(Scalar::FromU64(2)));
  EXPECT_TRUE(LagrangeWeight(Set({1, 2}), {2}).EqualsPublic(Scalar::FromU64(1).Negate()));
}

TEST(Polynomial, EveryShareMatchesTheCommitments) {
  crypto::SeededRng rng(2);
  const Polynomial polynomial = Polynomial::Random(4, rng);
  const std::vector<curve::Point> commitments = polynomial.Commit();
  ASSERT_EQ(commitments.size(), 4u);
  for (const PartyIndex party : Set({1, 2, 7, 64})) {
    EXPECT_EQ(curve::MulBase(polynomial.Evaluate(party).Expose()), EvaluateCommitments(commitments, party));
  }
}

TEST(Polynomial, CommitmentsWhoseSumIsTheIdentityEvaluateToNothing) {
  crypto::SeededRng rng(3);
  const curve::Point point = Polynomial::Random(1, rng).Commit()[0];
  EXPECT_EQ(EvaluateCommitments(std::vector{point, point.Negate()}, {1}), std::nullopt);
}

TEST(ZeroShare, SharesOfAQuorumSumToZeroAndChangeWithTheSession) {
  crypto::SeededRng rng(4);
  const std::vector<PartyIndex> quorum = Set({1, 4, 6});
  std::map<std::pair<PartyIndex, PartyIndex>, crypto::SecretKey32> seeds;
  for (const PartyIndex a : quorum) {
    for (const PartyIndex b : quorum) {
      if (a < b) seeds.emplace(std::pair(a, b), rng.Key());
    }
  }
  const auto share = [&](PartyIndex self, const Hash32& ssid) {
    std::map<PartyIndex, crypto::SecretKey32> own;
    for (const PartyIndex peer : quorum) {
      if (peer != self) own.emplace(peer, seeds.at(std::minmax(self, peer)).Clone());
    }
    return ZeroShare(self, own, ssid).Expose();
  };
  const Hash32 first{1};
  const Hash32 second{2};
  EXPECT_TRUE((share({1}, first) + share({4}, first) + share({6}, first)).IsZero());
  EXPECT_FALSE(share({1}, first).IsZero());
  EXPECT_FALSE(share({1}, first).EqualsPublic(share({1}, second)));
}

TEST(ZeroShare, EveryKeyHasItsOwnSeed) {
  crypto::SeededRng rng(5);
  const crypto::SecretKey32 pair = rng.Key();
  EXPECT_NE(KeyZeroSeed({{1}}, pair).Expose(), KeyZeroSeed({{2}}, pair).Expose());
}

KeyShare MakeKeyShare(std::uint16_t t) {
  crypto::SeededRng rng(6);
  const Polynomial polynomial = Polynomial::Random(t, rng);
  KeyShare out;
  out.id.bytes = rng.Array<32>();
  out.purpose = 3;
  out.n = 5;
  out.t = t;
  out.self = {2};
  out.holders = Set({1, 2, 3, 4, 5});
  out.commitments = polynomial.Commit();
  out.chain_code = rng.Array<32>();
  out.share = polynomial.Evaluate(out.self);
  return out;
}

TEST(KeyShare, RoundTripKeepsEveryField) {
  const KeyShare key = MakeKeyShare(3);
  const crypto::SecretBytes encoded = key.EncodeSecret();
  const Result<KeyShare> parsed = KeyShare::Parse(encoded.Expose());
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(Equal(parsed.value().EncodeSecret().Expose(), encoded.Expose()));
  EXPECT_EQ(parsed.value().id, key.id);
  EXPECT_EQ(parsed.value().PublicKey(), key.PublicKey());
  EXPECT_TRUE(parsed.value().share.Expose().EqualsPublic(key.share.Expose()));
  EXPECT_EQ(curve::MulBase(key.share.Expose()), key.SharePoint(key.self));
}

TEST(KeyShare, RecordOfFiveOfFiveHasAtMost300Bytes) {
  EXPECT_EQ(MakeKeyShare(5).EncodeSecret().Expose().size(), 109u + 2 * 5 + 33 * 5);
}

TEST(KeyShare, ParseRefusesEveryTruncationAndAnExtension) {
  const crypto::SecretBytes encoded = MakeKeyShare(2).EncodeSecret();
  for (std::size_t size = 0; size < encoded.Expose().size(); ++size) {
    EXPECT_FALSE(KeyShare::Parse(encoded.Expose().first(size)).ok()) << size;
  }
  Bytes extended = ToBytes(encoded.Expose());
  extended.push_back(0);
  EXPECT_FALSE(KeyShare::Parse(extended).ok());
}

TEST(KeyShare, ParseRefusesFieldsThatDoNotFitEachOther) {
  const auto refused = [](const std::function<void(KeyShare&)>& spoil) {
    KeyShare key = MakeKeyShare(2);
    spoil(key);
    return !KeyShare::Parse(key.EncodeSecret().Expose()).ok();
  };
  EXPECT_TRUE(refused([](KeyShare& key) { key.t = 3; }));
  EXPECT_TRUE(refused([](KeyShare& key) { key.n = 65; }));
  EXPECT_TRUE(refused([](KeyShare& key) { key.curve = 2; }));
  EXPECT_TRUE(refused([](KeyShare& key) { key.self = {6}; }));
  EXPECT_TRUE(refused([](KeyShare& key) { key.holders = Set({2, 1}); }));
  EXPECT_TRUE(refused([](KeyShare& key) { key.holders = Set({2, 6}); }));
  EXPECT_TRUE(refused([](KeyShare& key) {
    key.t = 1;
    key.commitments.pop_back();
  }));
  EXPECT_FALSE(refused([](KeyShare&) {}));
}

TEST(KeyShare, ParseRefusesAnUnknownVersion) {
  Bytes encoded = ToBytes(MakeKeyShare(2).EncodeSecret().Expose());
  encoded[0] = 2;
  EXPECT_FALSE(KeyShare::Parse(encoded).ok());
}

}  // namespace
}  // namespace passport::sharing
