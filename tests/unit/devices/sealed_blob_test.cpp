// The file of a sealed root key: one form, and bounds before anything else.
#include "trusted/devices/sealed_blob.h"

#include <gtest/gtest.h>

namespace passport::devices {
namespace {

SealedBlob Example() {
  SealedBlob out;
  for (std::size_t i = 0; i < out.pcrs.size(); ++i) out.pcrs[i].fill(static_cast<std::uint8_t>(i));
  out.storage_key.fill(0x5c);
  out.area = Bytes(80, 1);
  out.wrapped = Bytes(160, 2);
  return out;
}

TEST(SealedBlob, ComesBackAsItWas) {
  const Bytes encoded = Example().Encode();
  EXPECT_EQ(ToHex(ByteSpan(encoded).first(5)), "5054504d01");
  EXPECT_EQ(encoded.size(), 4 + 1 + 11 * 32 + 32 + 4 + 80 + 4 + 160U);
  const Result<SealedBlob> parsed = SealedBlob::Parse(encoded);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value(), Example());
}

TEST(SealedBlob, OfAnyOtherSizeMagicOrVersion_IsRefused) {
  const Bytes good = Example().Encode();
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(SealedBlob::Parse(ByteSpan(good).first(size)).ok()) << size;
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(SealedBlob::Parse(longer).ok());
  for (std::size_t at = 0; at < 5; ++at) {
    Bytes changed = good;
    changed[at] ^= 1;
    EXPECT_FALSE(SealedBlob::Parse(changed).ok()) << at;
  }
}

TEST(SealedBlob, WithPartsOverTheirBounds_IsRefused) {
  constexpr std::size_t kAreaLengthAt = 4 + 1 + 11 * 32 + 32;
  Bytes good = Example().Encode();
  good[kAreaLengthAt + 1] = 2;  // 592 bytes
  good.resize(5000);
  EXPECT_FALSE(SealedBlob::Parse(good).ok());
}

}  // namespace
}  // namespace passport::devices
