#include <gtest/gtest.h>

#include "tests/unit/claims/sample.h"
#include "trusted/claims/claims_json.h"
#include "trusted/json/json.h"

namespace passport::claims {
namespace {

TEST(Claims, ComeBackAsTheyWere) {
  const Claims claims = SampleClaims();
  const Bytes encoded = claims.Encode();
  EXPECT_LE(encoded.size(), kClaimsBytesMax);
  EXPECT_EQ(Claims::Parse(encoded).value(), claims);
}

// What parses is what its own encoder makes, whichever byte is changed; nothing is ignored.
TEST(Claims, EveryByteOfTheEncodingCounts) {
  const Claims claims = SampleClaims();
  const Bytes encoded = claims.Encode();
  for (std::size_t at = 0; at < encoded.size(); ++at) {
    Bytes other = encoded;
    other[at] ^= 0x80;
    const auto parsed = Claims::Parse(other);
    if (!parsed.ok()) continue;
    EXPECT_NE(parsed.value(), claims) << at;
    EXPECT_EQ(parsed.value().Encode(), other) << at;
  }
  for (std::size_t size = 0; size < encoded.size(); ++size)
    EXPECT_EQ(Claims::Parse(ByteSpan(encoded).first(size)).error(), Status::kMalformed) << size;
  Bytes longer = encoded;
  longer.push_back(0);
  EXPECT_EQ(Claims::Parse(longer).error(), Status::kMalformed);
}

TEST(Claims, TextsThatWouldBreakJsonOrATerminalAreRefused) {
  for (const char* text : {"a\"b", "a\\b", "a\nb", "\x1b[2J", "\xc3\xa4"}) {
    Claims claims = SampleClaims();
    claims.build = text;
    EXPECT_EQ(Claims::Parse(claims.Encode()).error(), Status::kMalformed) << text;
  }
  Claims claims = SampleClaims();
  claims.layers.push_back({"seccomp", "off"});  // a second word on it
  EXPECT_EQ(Claims::Parse(claims.Encode()).error(), Status::kMalformed);
  claims = SampleClaims();
  claims.build = std::string(129, 'x');
  EXPECT_EQ(Claims::Parse(claims.Encode()).error(), Status::kMalformed);
}

TEST(Claims, ReadAsJsonWithEveryField) {
  const auto value = json::Parse(ToJson(SampleClaims())).value();
  EXPECT_EQ(value.AsObject().value().size(), 33u);
  EXPECT_EQ(value.GetString("provider").value(), "snp");
  EXPECT_EQ(value.GetString("key_sources").value(), "keyfile+tpm2");
  EXPECT_EQ(value.GetString("rollback").value(), "peers");
  EXPECT_EQ(value.GetString("measured_by").value(), "launcher");
  EXPECT_EQ(value.Find("confinement")->GetString("landlock").value(), "unavailable (ENOSYS)");
}

TEST(Claims, AConfigurationHasAnotherHashWhateverChangesInIt) {
  const Configuration sample = SampleClaims().configuration;
  std::vector<Configuration> others(5, sample);
  others[0].manifest_hash[0] ^= 1;
  others[1].policy_hash[0] ^= 1;
  ++others[2].policy_version;
  ++others[3].sessions_max;
  ++others[4].presignatures_max;
  for (const Configuration& other : others) EXPECT_NE(HashOf(other), HashOf(sample));
}

TEST(Claims, ANonceOfASessionBelongsToItsHandshakeAndOneEnd) {
  const ByteArray<64> one{1};
  const ByteArray<64> two{2};
  EXPECT_NE(ChannelNonce(one, 0), ChannelNonce(one, 1));
  EXPECT_NE(ChannelNonce(one, 0), ChannelNonce(two, 0));
}

}  // namespace
}  // namespace passport::claims
