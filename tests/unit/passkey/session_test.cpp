// Sessions and the tokens that clients carry.
#include "trusted/passkey/session.h"

#include <gtest/gtest.h>

#include "trusted/json/json.h"

namespace passport::passkey {
namespace {

Session Sample() {
  return {.account = RecordId{{1}},
          .credential = CredentialName(Bytes{2}),
          .seed = SeedFrom(Hash32{3}),
          .begun_ms = 1'800'000'000'000,
          .expires_ms = 1'800'864'000'000};
}

std::string Token() { return SessionToken(Sample(), Hash32{3}, ByteArray<33>{2, 0xab}, KeyId{{4}}); }

TEST(Session, HasOneEncoding) {
  const Bytes bytes = Sample().Encode();
  ASSERT_TRUE(Session::Parse(bytes).ok());
  EXPECT_EQ(Session::Parse(bytes).value().Encode(), bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(Session::Parse(ByteSpan(bytes).first(size)).ok());
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(Session::Parse(longer).ok());
}

// The claims of wire-api.md 8.4, and the public key without 0x, which the SDK needs so.
TEST(SessionToken, HasTheClaimsThatTheSdkReads) {
  const std::string token = Token();
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  EXPECT_EQ(AsText(ParseBase64Url(token.substr(0, first)).value()), R"({"typ":"JWT","alg":"HS256"})");
  const Bytes claims = ParseBase64Url(token.substr(first + 1, last - first - 1)).value();
  const json::Value value = json::Parse(claims).value();
  EXPECT_EQ(value.GetString("public_key").value(), "02ab" + std::string(62, '0'));
  EXPECT_EQ(value.GetString("permissions").value(), "full");
  EXPECT_EQ(value.GetU64("iat").value(), 1'800'000'000u);
  EXPECT_EQ(value.GetU64("exp").value(), 1'800'864'000u);
  EXPECT_EQ(value.GetString("credential_hash").value().size(), 66u);
  EXPECT_EQ(value.GetString("key_hash").value().size(), 66u);
  EXPECT_EQ(value.GetString("seed").value().size(), 36u);
}

TEST(SessionToken, NamesItsCeremonyInOneSpelling) {
  const std::string token = Token();
  ASSERT_TRUE(CeremonyOf(token).ok());
  EXPECT_EQ(CeremonyOf(token).value(), (Hash32{3}));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(CeremonyOf(changed).ok()) << i;
    EXPECT_FALSE(CeremonyOf(token.substr(0, i)).ok()) << i;
  }
  for (const std::string& other :
       {token + "=", token + ".", token + ".AA", "." + token, std::string(), std::string("..")})
    EXPECT_FALSE(CeremonyOf(other).ok()) << other;
}

}  // namespace
}  // namespace passport::passkey
