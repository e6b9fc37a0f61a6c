// What the tests of OT, its extension and multiplication share: random seeds, sessions, mutations.
#pragma once

#include <gtest/gtest.h>

#include "tests/unit/ot/whole.h"
#include "trusted/crypto/tagged_hash.h"
#include "trusted/mul/rvole.h"

namespace passport::ot {

inline constexpr PartyIndex kAlice{3};
inline constexpr PartyIndex kBob{7};

// A context that only the given test uses.
inline Hash32 Context(std::string_view name) {
  return crypto::TaggedHash(crypto::Tag{"test"}, Hash32{}, {AsBytes(name)});
}

// Seeds of both sides as an ideal setup would give them.
struct IdealPair {
  ReceiverSeeds bob;
  SenderSeeds alice;
};
inline IdealPair MakeIdealPair(const SeedTable& leaves, const Delta& delta) {
  SeedTable punctured = leaves;
  for (std::size_t tree = 0; tree < kTrees; ++tree) {
    punctured[tree][(delta[tree / 2] >> (4 * (tree % 2))) & 15] = Seed{};
  }
  return {ReceiverSeeds(crypto::HeapSecret<SeedTable>(leaves)),
          SenderSeeds(crypto::HeapSecret<SeedTable>(punctured), crypto::Secret<Delta>(delta))};
}
inline IdealPair RandomPair(crypto::Rng& rng) {
  SeedTable leaves;
  for (auto& tree : leaves) {
    for (Seed& leaf : tree) rng.Fill(leaf);
  }
  return MakeIdealPair(leaves, rng.Array<16>());
}

inline Bytes Flip(Bytes bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1 << (bit % 8)));
  return bytes;
}

// Whether a run ended for exactly this reason with exactly this culprit.
template <class T>
testing::AssertionResult Aborts(const protocol::Outcome<T>& outcome, protocol::AbortReason reason,
                                PartyIndex culprit) {
  if (outcome.ok()) return testing::AssertionFailure() << "no abort";
  if (outcome.error().reason != reason) {
    return testing::AssertionFailure() << "reason " << static_cast<int>(outcome.error().reason);
  }
  if (outcome.error().culprit != culprit) return testing::AssertionFailure() << "another culprit";
  return testing::AssertionSuccess();
}

// Parse refuses every length but the right one, and gives back what Encode made.
template <class Message>
void ExpectExactSize(const Message& message) {
  const Bytes encoded = message.Encode();
  ASSERT_EQ(encoded.size(), Message::kSize);
  const auto parsed = Message::Parse(encoded);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value().Encode(), encoded);
  Bytes longer = encoded;
  longer.push_back(0);
  for (const ByteSpan wrong : {ByteSpan{}, ByteSpan(encoded).first(encoded.size() - 1),
                               ByteSpan(encoded).subspan(1), ByteSpan(longer)}) {
    const auto refused = Message::Parse(wrong);
    ASSERT_FALSE(refused.ok()) << wrong.size();
    EXPECT_EQ(refused.error(), Status::kMalformed);
  }
}

// b * a == c + d for both inputs.
inline void ExpectProduct(const mul::Shares& inputs, const curve::SecretScalar& b, const mul::Shares& c,
                          const mul::Shares& d) {
  for (std::size_t i = 0; i < kInputs; ++i) {
    EXPECT_TRUE((inputs[i].Expose() * b.Expose()).EqualsPublic(c[i].Expose() + d[i].Expose())) << i;
  }
}
inline mul::Shares RandomInputs(crypto::Rng& rng) {
  mul::Shares inputs;
  for (curve::SecretScalar& input : inputs) input.ExposeMutable() = curve::Scalar::Random(rng);
  return inputs;
}

}  // namespace passport::ot
