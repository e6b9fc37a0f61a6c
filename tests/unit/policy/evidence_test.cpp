// Evidence as bytes: all that a client sent reaches every enclave, and nothing else parses.
#include "trusted/auth/evidence.h"

#include <gtest/gtest.h>

namespace passport::auth {
namespace {

Evidence Sample() {
  Evidence out;
  out.scope_id = "scope";
  out.encrypted_user = "user";
  out.encrypted_session = "session";
  out.encrypted_key_signature = "key";
  out.encrypted_webauthn_signature = "webauthn";
  out.has_key = true;
  out.client_key = crypto::SecretKey32(ByteArray<32>{1, 2, 3});
  out.body = {4, 5};
  return out;
}

void ExpectSame(const Evidence& a, const Evidence& b) {
  EXPECT_EQ(a.scope_id, b.scope_id);
  EXPECT_EQ(a.encrypted_user, b.encrypted_user);
  EXPECT_EQ(a.encrypted_session, b.encrypted_session);
  EXPECT_EQ(a.encrypted_key_signature, b.encrypted_key_signature);
  EXPECT_EQ(a.encrypted_webauthn_signature, b.encrypted_webauthn_signature);
  EXPECT_EQ(a.has_key, b.has_key);
  EXPECT_EQ(a.client_key.Expose(), b.client_key.Expose());
  EXPECT_EQ(a.body, b.body);
}

TEST(Evidence, ComesBackAsItWasAndAClonesIsTheSame) {
  const Evidence evidence = Sample();
  const auto parsed = Evidence::Parse(evidence.Encode());
  ASSERT_TRUE(parsed.ok());
  ExpectSame(parsed.value(), evidence);
  ExpectSame(evidence.Clone(), evidence);
  const auto empty = Evidence::Parse(Evidence{}.Encode());
  ASSERT_TRUE(empty.ok());
  ExpectSame(empty.value(), Evidence{});
}

TEST(Evidence, CutShortExtendedOrOfAnotherFormatIsRefused) {
  const Bytes good = Sample().Encode();
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(Evidence::Parse(ByteSpan(good).first(size)).ok()) << size;
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(Evidence::Parse(longer).ok());
  Bytes format = good;
  format[0] = 2;
  EXPECT_FALSE(Evidence::Parse(format).ok());
  Bytes flag = good;
  flag[flag.size() - 2 - 4 - 32 - 1] = 2;  // has_key, before key and body
  EXPECT_FALSE(Evidence::Parse(flag).ok());
}

TEST(Evidence, TheLargestThatTheBoundaryTakesParsesAndOneByteMoreDoesNot) {
  const std::pair<const char*, std::string Evidence::*> headers[] = {
      {"scope_id", &Evidence::scope_id},
      {"encrypted_user", &Evidence::encrypted_user},
      {"encrypted_session", &Evidence::encrypted_session},
      {"encrypted_key_signature", &Evidence::encrypted_key_signature},
      {"encrypted_webauthn_signature", &Evidence::encrypted_webauthn_signature},
  };
  for (const auto& [name, header] : headers) {
    Evidence evidence = Sample();
    (evidence.*header).assign(kHeaderBytesMax, 'x');
    EXPECT_TRUE(Evidence::Parse(evidence.Encode()).ok()) << name;
    evidence.*header += 'x';
    EXPECT_FALSE(Evidence::Parse(evidence.Encode()).ok()) << name;
  }
  Evidence evidence = Sample();
  evidence.body.assign(kBodyBytesMax, 1);
  EXPECT_TRUE(Evidence::Parse(evidence.Encode()).ok());
  evidence.body.push_back(1);
  EXPECT_FALSE(Evidence::Parse(evidence.Encode()).ok());
}

}  // namespace
}  // namespace passport::auth
