// Honest FROST runs of both ciphersuites, and what is refused before one begins.
#include "trusted/frost/frost.h"

#include <gtest/gtest.h>

#include "tests/unit/frost/frost_network.h"
#include "tests/unit/tiny/party_sets.h"
#include "trusted/frost/bip340.h"
#include "trusted/frost/ed25519_sha512.h"
#include "trusted/sharing/quorum.h"

namespace passport::test {
namespace {

using frost::Bip340;
using frost::Ed25519Sha512;
using protocol::AbortReason;

template <class S>
class Frost : public testing::Test {};
using Suites = testing::Types<Ed25519Sha512, Bip340>;
TYPED_TEST_SUITE(Frost, Suites);

const Bytes kMessage = ToBytes("a message");

static_assert(!std::is_copy_constructible_v<frost::AwaitingCommitments<Ed25519Sha512>>);
static_assert(!std::is_copy_constructible_v<frost::AwaitingCommitments<Bip340>>);
static_assert(!std::is_copy_assignable_v<frost::AwaitingCommitments<Bip340>>);

// z G = R + c P, written without the code under test's help but for the challenge.
bool IsSchnorr(const crypto::Ed25519Signature& signature, const curve::Ed25519Point& key) {
  return crypto::VerifyEd25519(key.Encode(), kMessage, signature);
}
bool IsSchnorr(const curve::SchnorrSignature& signature, const curve::Point& key) {
  ByteArray<33> even{2};
  std::copy(signature.begin(), signature.begin() + 32, even.begin() + 1);
  const auto nonce = curve::Point::Parse(even);
  const auto z = curve::Scalar::Parse(ByteSpan(signature).subspan(32));
  if (!nonce.ok() || !z.ok() || key.HasOddY()) return false;
  const Hash32 tag = crypto::HashSha256(AsBytes("BIP0340/challenge"));
  const curve::Scalar challenge =
      curve::Scalar::Reduce(crypto::HashSha256({tag, tag, ByteSpan(signature).first(32), key.X(), kMessage}));
  return curve::MulBase(z.value()) == curve::Add(nonce.value(), curve::MulVar(challenge, key));
}

// Every set of at least t of every t and n up to seven signs, and all signers get one signature.
TYPED_TEST(Frost, EveryQuorumOfEveryThresholdUpToSevenSigns) {
  int odd_keys = 0;
  for (std::uint16_t n = 2; n <= 7; ++n) {
    for (std::uint16_t t = 2; t <= n; ++t) {
      const auto key = DealKey<TypeParam>(t, n, 100u * n + t);
      odd_keys += TypeParam::MeansNegative(key.at({1}).PublicKey()) ? 1 : 0;
      for (const Parties& quorum : SetsOf(t, n)) {
        const auto run = RunFrost<TypeParam>(key, quorum, kMessage, t);
        ASSERT_EQ(run.signatures.size(), quorum.size());
        const auto& signature = run.signatures.at(quorum[0]);
        ASSERT_TRUE(IsSchnorr(signature, *run.public_key));
        for (const auto& [party, other] : run.signatures) ASSERT_EQ(other, signature);
      }
    }
  }
  EXPECT_EQ(odd_keys > 0, (std::is_same_v<TypeParam, Bip340>));
}

TYPED_TEST(Frost, MoreSignersThanTheThresholdMaySignTogether) {
  const auto key = DealKey<TypeParam>(2, 5, 1);
  EXPECT_EQ(RunFrost<TypeParam>(key, {{1}, {2}, {4}, {5}}, kMessage, 1).signatures.size(), 4u);
}

TYPED_TEST(Frost, EveryParityOfKeyNonceAndTweakedKeySigns) {
  std::set<std::pair<bool, bool>> seen;  // parity of the key and of the tweaked one
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const auto key = DealKey<TypeParam>(2, 3, seed);
    FrostScript<TypeParam> script;
    script.tweak = curve::ScalarOf<typename TypeParam::Group>::FromU64(seed * 1000);
    const auto run = RunFrost<TypeParam>(key, {{1}, {3}}, kMessage, seed, script);
    ASSERT_EQ(run.signatures.size(), 2u) << seed;
    ASSERT_TRUE(IsSchnorr(run.signatures.at({1}), *run.public_key));
    const auto plain = RunFrost<TypeParam>(key, {{1}, {3}}, kMessage, seed);
    ASSERT_FALSE(plain.public_key == run.public_key);
    using G = typename TypeParam::Group;
    const auto& point = key.at({1}).PublicKey();
    const bool odd = TypeParam::MeansNegative(point);
    const auto tweaked = G::Add(odd ? point.Negate() : point, G::MulBase(script.tweak));
    seen.emplace(odd, TypeParam::MeansNegative(*tweaked));
  }
  EXPECT_EQ(seen.size(), (std::is_same_v<TypeParam, Bip340>) ? 4u : 1u);
}

TYPED_TEST(Frost, EmptyAndLongMessagesAreSigned) {
  const auto key = DealKey<TypeParam>(2, 2, 1);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{5000}}) {
    EXPECT_EQ(RunFrost<TypeParam>(key, {{1}, {2}}, Bytes(size, 7), 1).signatures.size(), 2u) << size;
  }
}

TYPED_TEST(Frost, MessagesHaveTheStatedSizes) {
  const auto run = RunFrost<TypeParam>(DealKey<TypeParam>(2, 2, 1), {{1}, {2}}, kMessage, 1);
  EXPECT_EQ(run.wire.sent({1, {1}, {2}}).size(), 36u + 2 * TypeParam::Group::kPointSize);
  EXPECT_EQ(run.wire.sent({2, {1}, {2}}).size(), 68u + TypeParam::Group::kScalarSize);
}

// Hedged nonces (RFC 9591, 4.1): with one randomness, two shares still give different nonces.
TYPED_TEST(Frost, NoncesDependOnTheShareAndOnTheRandomness) {
  const auto key = DealKey<TypeParam>(2, 3, 1);
  const auto start = [&key](PartyIndex self, std::uint64_t seed) {
    crypto::SeededRng rng(seed);
    return std::move(frost::Start<TypeParam>({{{1}, {2}}, {}, key.at(self), {}}, rng).value().next.sent);
  };
  const auto one = start({1}, 5);
  EXPECT_FALSE(one.hiding == start({2}, 5).hiding);
  EXPECT_FALSE(one.hiding == start({1}, 6).hiding);
  EXPECT_TRUE(one.hiding == start({1}, 5).hiding);
  EXPECT_FALSE(one.hiding == one.binding);
}

// Every run that must be refused, with nothing drawn.
TYPED_TEST(Frost, ImpossibleRunsAreRefusedBeforeAnythingIsDrawn) {
  const auto key = DealKey<TypeParam>(2, 3, 1);
  const auto refused = [&key](const Parties& quorum) {
    crypto::SeededRng rng(12);
    crypto::SeededRng untouched(12);
    const auto step = frost::Start<TypeParam>({quorum, {}, key.at({1}), {}}, rng);
    return !step.ok() && step.error().reason == AbortReason::kWrongQuorum && !step.error().culprit &&
           rng.template Array<32>() == untouched.template Array<32>();
  };
  EXPECT_FALSE(refused({{1}, {2}}));
  EXPECT_TRUE(refused({{1}}));
  EXPECT_TRUE(refused({{2}, {1}}));
  EXPECT_TRUE(refused({{1}, {1}}));
  EXPECT_TRUE(refused({{0}, {1}}));
  EXPECT_TRUE(refused({{1}, {4}}));
  EXPECT_TRUE(refused({{2}, {3}}));
}

TYPED_TEST(Frost, TweakThatCancelsTheKeyIsAnIdentity) {
  using G = typename TypeParam::Group;
  const auto key = DealKey<TypeParam>(2, 2, 1);
  const auto weight = [](PartyIndex party) { return sharing::LagrangeWeight<G>(Parties{{1}, {2}}, party); };
  const auto secret = weight({1}) * key.at({1}).share.Expose() + weight({2}) * key.at({2}).share.Expose();
  const bool odd = TypeParam::MeansNegative(key.at({1}).PublicKey());
  crypto::SeededRng rng(1);
  const auto step =
      frost::Start<TypeParam>({{{1}, {2}}, {}, key.at({1}), odd ? secret : secret.Negate()}, rng);
  ASSERT_FALSE(step.ok());
  EXPECT_EQ(step.error().reason, AbortReason::kIdentity);
}

TYPED_TEST(Frost, InboxWithoutOneOfTheSignersOrWithAStrangerIsRefused) {
  const auto key = DealKey<TypeParam>(2, 4, 1);
  const Parties quorum{{1}, {2}, {3}};
  crypto::SeededRng rng(1);
  const auto start = [&](PartyIndex self) {
    return frost::Start<TypeParam>({quorum, {}, key.at(self), {}}, rng).value();
  };
  const auto reason = [&](const std::vector<PartyIndex>& senders) {
    protocol::Inbox<frost::NonceCommitmentOf<typename TypeParam::Group>> inbox;
    for (const PartyIndex sender : senders) {
      inbox.emplace(sender, start({2}).out);
      inbox.at(sender).header.from = sender;
    }
    const auto step = frost::Sign(start({1}).next, kMessage, inbox);
    return step.ok() ? std::nullopt : std::optional(step.error().reason);
  };
  EXPECT_EQ(reason({{2}, {3}}), std::nullopt);
  EXPECT_EQ(reason({{2}}), AbortReason::kWrongQuorum);
  EXPECT_EQ(reason({{2}, {4}}), AbortReason::kWrongQuorum);
  EXPECT_EQ(reason({{1}, {2}}), AbortReason::kWrongQuorum);
  EXPECT_EQ(reason({{2}, {3}, {4}}), AbortReason::kWrongQuorum);
}

// BIP-341, with and without scripts: what signs is the output key Q = P + H(P || root) G.
TEST(FrostTaproot, SignsForTheOutputKeyWithAndWithoutScripts) {
  for (const std::optional<Hash32> root : {std::optional<Hash32>(), std::optional(Hash32{1})}) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      const auto key = DealKey<Bip340>(2, 3, seed);
      const curve::Point internal = key.at({1}).PublicKey();
      FrostScript<Bip340> script;
      script.tweak = frost::TaprootTweak(internal, root).value();
      const Hash32 tag = crypto::HashSha256(AsBytes("TapTweak"));
      const ByteSpan script_root = root ? ByteSpan(*root) : ByteSpan();
      EXPECT_EQ(script.tweak.Encode(), crypto::HashSha256({tag, tag, internal.X(), script_root}));
      const auto run = RunFrost<Bip340>(key, {{2}, {3}}, kMessage, seed, script);
      ASSERT_EQ(run.signatures.size(), 2u);
      const auto even = internal.HasOddY() ? internal.Negate() : internal;
      const auto output = curve::Add(even, curve::MulBase(script.tweak));
      EXPECT_TRUE(curve::VerifySchnorr(output->X(), kMessage, run.signatures.at({2})));
      EXPECT_FALSE(curve::VerifySchnorr(internal.X(), kMessage, run.signatures.at({2})));
    }
  }
}

}  // namespace
}  // namespace passport::test
