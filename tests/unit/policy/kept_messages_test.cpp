// What is kept of a session for the next one (rules.md 5): whatever is lost between the two ends of a link
// arrives once, in order, or both ends know that it does not.
#include "trusted/core/kept_messages.h"

#include <gtest/gtest.h>

namespace passport::core {
namespace {

Bytes Numbered(std::uint8_t number, std::size_t size = 10) { return Bytes(size, number); }

std::vector<std::uint8_t> NumbersOf(const KeptMessages& kept) {
  std::vector<std::uint8_t> out;
  for (const crypto::SecretBytes& message : kept.kept()) out.push_back(message.Expose()[0]);
  return out;
}

using Numbers = std::vector<std::uint8_t>;

TEST(KeptMessagesTest, WhatThePeerHasIsForgottenAndTheRestIsKeptInOrder) {
  KeptMessages near, far;
  for (std::uint8_t i = 1; i <= 5; ++i) near.Add(crypto::SecretBytes(Numbered(i)));
  for (int i = 0; i < 3; ++i) far.Count(10);
  EXPECT_TRUE(near.Hear(far.Tell()));
  EXPECT_EQ(NumbersOf(near), (Numbers{4, 5}));
  EXPECT_TRUE(far.Hear(near.Tell()));
  EXPECT_TRUE(near.Hear(far.Tell())) << "the same again changes nothing";
  EXPECT_EQ(NumbersOf(near), (Numbers{4, 5}));
}

TEST(KeptMessagesTest, TwoMebibytesAreKeptAndALossOfMoreIsNoticedAtBothEnds) {
  KeptMessages near, far;
  const std::size_t large = KeptMessages::kBytesMax / 4;
  for (std::uint8_t i = 1; i <= 4; ++i) near.Add(crypto::SecretBytes(Numbered(i, large)));
  EXPECT_EQ(NumbersOf(near), (Numbers{1, 2, 3, 4}));
  near.Add(crypto::SecretBytes(Numbered(5)));
  EXPECT_EQ(NumbersOf(near), (Numbers{2, 3, 4, 5}));
  EXPECT_FALSE(far.Hear(near.Tell())) << "it never had the first one";
  KeptMessages empty;
  EXPECT_FALSE(near.Hear(empty.Tell()));
  EXPECT_EQ(NumbersOf(near), (Numbers{2, 3, 4, 5}));
  for (int i = 0; i < 4; ++i) far.Count(10);
  EXPECT_TRUE(near.Hear(far.Tell())) << "and they count alike from there on";
  EXPECT_TRUE(near.kept().empty());
}

TEST(KeptMessagesTest, AMessageOfAnySizeIsKeptUntilTheNextOne) {
  KeptMessages near;
  near.Add(crypto::SecretBytes(Numbered(1, KeptMessages::kBytesMax + 1)));
  EXPECT_EQ(NumbersOf(near), Numbers{1});
  near.Add(crypto::SecretBytes(Numbered(2)));
  EXPECT_EQ(NumbersOf(near), Numbers{2});
}

TEST(KeptMessagesTest, APeerThatCountsWhatWasNeverSentHearsNothingTwice) {
  KeptMessages near, far;
  near.Add(crypto::SecretBytes(Numbered(1)));
  EXPECT_FALSE(near.Hear({9, 0}));
  EXPECT_TRUE(near.kept().empty());
  near.Add(crypto::SecretBytes(Numbered(2)));
  EXPECT_TRUE(near.Hear({9, 0}));
  EXPECT_EQ(NumbersOf(near), Numbers{2});
  EXPECT_FALSE(near.Hear({~std::uint64_t{0}, ~std::uint64_t{0}}));
  EXPECT_EQ(near.Tell().received, ~std::uint64_t{0});
}

TEST(KeptMessagesTest, ThePeerIsToldOutOfTurnBeforeItHasToForget) {
  KeptMessages near;
  EXPECT_FALSE(near.HasNews());
  near.Count(KeptMessages::kUntoldMax - 1);
  EXPECT_TRUE(near.HasNews());
  EXPECT_FALSE(near.MustTell());
  near.Count(1);
  EXPECT_TRUE(near.MustTell());
  EXPECT_EQ(near.Tell().received, 2u);
  EXPECT_FALSE(near.HasNews());
}

TEST(KeptMessagesTest, AReportHasSixteenBytes) {
  const Bytes encoded = KeptReport{1, 2}.Encode();
  EXPECT_EQ(encoded.size(), 16u);
  const auto parsed = KeptReport::Parse(encoded);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value().received, 1u);
  EXPECT_EQ(parsed.value().forgotten, 2u);
  EXPECT_FALSE(KeptReport::Parse(ByteSpan(encoded).first(15)).ok());
}

}  // namespace
}  // namespace passport::core
