// The release file: what is accepted is exactly what was signed.
#include <gtest/gtest.h>

#include "trusted/release/release.h"

namespace passport::release {
namespace {

const crypto::SigningKey& Signer() {
  static const crypto::SigningKey key(crypto::SecretKey32(ByteArray<32>{1}));
  return key;
}

Release Sample() {
  Release release;
  release.measurement.fill(0xab);
  release.svn = 7;
  release.build = "passport 0.1.0";
  release.Sign(Signer());
  return release;
}

TEST(Release, ReadsBackAndVerifies) {
  const Result<Release> back = Release::Parse(Sample().Encode());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back.value(), Sample());
  EXPECT_TRUE(back.value().Verifies());
  EXPECT_LE(Sample().Encode().size(), kFileBytesMax);
}

TEST(Release, HasOneGoldenForm) {
  const std::string text = Sample().Encode();
  EXPECT_EQ(text.substr(0, text.find("signer")), "passport release 1\nmeasurement " +
                                                     ToHex(Sample().measurement) +
                                                     "\nproduct 1\nsvn 7\nbuild passport 0.1.0\n");
}

TEST(Release, VerifiesUnderNoOtherKeyAndForNoOtherContent) {
  Release other = Sample();
  other.svn = 8;
  EXPECT_FALSE(other.Verifies());
  other = Sample();
  other.signer = crypto::SigningKey(crypto::SecretKey32(ByteArray<32>{2})).public_key();
  EXPECT_FALSE(other.Verifies());
}

TEST(Release, EveryBitAndEveryByteCounts) {
  const std::string good = Sample().Encode();
  for (std::size_t at = 0; at < good.size(); ++at) {
    EXPECT_FALSE(Release::Parse(good.substr(0, at)).ok()) << at;
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = good;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      const Result<Release> parsed = Release::Parse(changed);
      EXPECT_TRUE(!parsed.ok() || !parsed.value().Verifies()) << at << " " << bit;
    }
  }
}

TEST(Release, HasNoSecondSpelling) {
  const std::string good = Sample().Encode();
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string out = good;
    return out.replace(out.find(from), from.size(), to);
  };
  for (const std::string& bad :
       {good + "\n", " " + good, with("svn 7", "svn 07"), with("svn 7", "svn  7"), with("svn 7", "svn -7"),
        with("svn 7", "svn 4294967296"), with("product 1", "product 65536"), with("abab", "ABAB"),
        with("build passport 0.1.0", "build "), with("0.1.0", "\"0.1"), with("\nsvn 7", ""),
        with("passport release 1", "passport release 2"), with("0.1.0", std::string(kFileBytesMax, 'x'))})
    EXPECT_FALSE(Release::Parse(bad).ok()) << bad;
}

}  // namespace
}  // namespace passport::release
