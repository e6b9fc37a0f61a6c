// Published runs of both ciphersuites: every intermediate value (tests/kat/frost.txt).
#include <gtest/gtest.h>

#include "tests/kat/vectors.h"
#include "tests/unit/frost/frost_network.h"
#include "tests/unit/tiny/scripted_rng.h"
#include "trusted/frost/bip340.h"
#include "trusted/frost/ed25519_sha512.h"

namespace passport::test {
namespace {

using frost::Bip340;
using frost::Ed25519Sha512;

// A 2-of-3 run of parties 1 and 3.
struct Vector {
  explicit Vector(const std::string& suite) {
    for (const kat::Fields& f : kat::Cases("frost.txt", suite, 2)) values.emplace(f[0], kat::Hex(f[1]));
  }
  const Bytes& at(const std::string& name, PartyIndex party) const {
    return values.at(name + std::to_string(party.value));
  }
  std::map<std::string, Bytes> values;
};

template <class S>
class FrostVector : public testing::Test {
 protected:
  using Group = typename S::Group;
  using Scalar = curve::ScalarOf<Group>;

  static Vector Read() { return Vector(std::is_same_v<S, Bip340> ? "secp256k1-tr" : "ed25519"); }

  const Vector vector_ = Read();

  // The vector's key is a line through secret and coefficient.
  KeyOf<S> Key() const {
    KeyOf<S> out = DealKey<S>(2, 3, 1);
    for (auto& [party, share] : out) {
      const Scalar value = Scalar::Parse(vector_.at("share", party)).value();
      share.share = curve::SecretScalarOf<Group>(value);
      share.commitments = {*Group::MulBase(Scalar::Parse(vector_.values.at("secret")).value()),
                           *Group::MulBase(Scalar::Parse(vector_.values.at("coefficient")).value())};
      EXPECT_EQ(Group::MulBase(value), share.SharePoint(party));
    }
    return out;
  }
};

using Suites = testing::Types<Ed25519Sha512, Bip340>;
TYPED_TEST_SUITE(FrostVector, Suites);

TYPED_TEST(FrostVector, EveryValueOfThePublishedRunIsReproduced) {
  using G = typename TypeParam::Group;
  const Vector& vector = this->vector_;
  const auto key = this->Key();
  EXPECT_EQ(ToBytes(key.at({1}).PublicKey().Encode()), vector.values.at("public"));
  const Bytes& message = vector.values.at("message");
  std::map<PartyIndex, frost::AwaitingCommitments<TypeParam>> states;
  std::map<PartyIndex, frost::NonceCommitmentOf<G>> commitments;
  const Parties quorum{{1}, {3}};
  for (const PartyIndex party : quorum) {
    Bytes randomness = vector.at("hiding_random", party);
    Append(randomness, vector.at("binding_random", party));
    ScriptedRng rng(randomness, 0);
    auto step = frost::Start<TypeParam>({quorum, {}, key.at(party), {}}, rng).value();
    EXPECT_EQ(ToBytes(step.next.hiding.Expose().Encode()), vector.at("hiding_nonce", party));
    EXPECT_EQ(ToBytes(step.next.binding.Expose().Encode()), vector.at("binding_nonce", party));
    EXPECT_EQ(ToBytes(step.out.hiding.Encode()), vector.at("hiding_commitment", party));
    EXPECT_EQ(ToBytes(step.out.binding.Encode()), vector.at("binding_commitment", party));
    commitments.emplace(party, step.out);
    states.emplace(party, std::move(step.next));
  }
  std::map<PartyIndex, frost::AwaitingShares<TypeParam>> signing;
  std::map<PartyIndex, frost::SignatureShareOf<G>> shares;
  for (auto& [party, state] : states) {
    const PartyIndex peer{static_cast<std::uint16_t>(4 - party.value)};
    auto step = frost::Sign(std::move(state), message, {{peer, commitments.at(peer)}}).value();
    EXPECT_EQ(ToBytes(step.out.share.Encode()), vector.at("sig_share", party));
    shares.emplace(party, step.out);
    signing.emplace(party, std::move(step.next));
  }
  const auto signature = frost::Aggregate(std::move(signing.at({1})), {{{3}, shares.at({3})}});
  ASSERT_TRUE(signature.ok());
  EXPECT_EQ(ToBytes(signature.value()), vector.values.at("signature"));
}

// The binding factors of the vector, from the inputs it gives.
TYPED_TEST(FrostVector, BindingFactorsAreThoseOfThePublishedInputs) {
  for (const PartyIndex party : {PartyIndex{1}, PartyIndex{3}}) {
    const Bytes& input = this->vector_.at("binding_input", party);
    const std::size_t common = input.size() - TypeParam::Group::kScalarSize;
    const auto factor =
        TypeParam::BindingFactor(ByteSpan(input).first(common), ByteSpan(input).subspan(common));
    EXPECT_EQ(ToBytes(factor.Encode()), this->vector_.at("binding_factor", party));
  }
}

}  // namespace
}  // namespace passport::test
