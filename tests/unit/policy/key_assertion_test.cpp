// Developer-owned auth: which key assertions prove something, and why each other does not (wire-api.md 9.2).
#include "trusted/auth/key_assertion.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/proofs.h"
#include "tests/unit/policy/twins.h"
#include "trusted/json/write.h"

namespace passport::policy_test {
namespace {

using client::DeveloperKey;

const std::string kCiphertext = "ZLmgK2o5kIgu4ItOqIarR83HmyPz";

class Assertion : public ::testing::Test {
 protected:
  std::string Verdict(const std::string& text) {
    const crypto::P256PublicKey keys[] = {crypto::ParseP256(second.EncodePublic()).value(),
                                          crypto::ParseP256(developer.EncodePublic()).value()};
    const auto result = auth::VerifyKeyAssertion(text, kCiphertext, keys);
    return result.ok() ? "" : api::RowOf(result.error().code).name;
  }
  std::string With(const std::string& member, const std::string& json) {
    Members changed = good;
    changed[member] = json;
    return Verdict(ToJson(changed));
  }
  std::string Without(const std::string& member) {
    Members changed = good;
    changed.erase(member);
    return Verdict(ToJson(changed));
  }
  static std::string Base64(ByteSpan bytes) { return json::Quote(ToBase64(bytes)); }

  DeveloperKey developer = DeveloperKey::Generate();
  DeveloperKey second = DeveloperKey::Generate();
  DeveloperKey stranger = DeveloperKey::Generate();
  Members good = KeyAssertion(developer, kCiphertext);
};

TEST_F(Assertion, ByAnyKeyOfTheScopeIsAProof) {
  EXPECT_EQ(Verdict(ToJson(good)), "");
  EXPECT_EQ(Verdict(ToJson(KeyAssertion(second, kCiphertext))), "");
}

TEST_F(Assertion, ByAKeyThatIsNotTheScopesProvesNothing) {
  EXPECT_EQ(Verdict(ToJson(KeyAssertion(stranger, kCiphertext))), "wrong_owner");
}

// The embedded id only selects a key: it is never trusted by itself.
TEST_F(Assertion, TheNamedKeyMustBeTheOneThatSigned) {
  EXPECT_EQ(With("id", Base64(stranger.EncodePublic())), "wrong_owner");
  EXPECT_EQ(With("id", Base64(second.EncodePublic())), "unauthorized");
  EXPECT_EQ(With("signature", Base64(stranger.Sign(kCiphertext))), "unauthorized");
}

TEST_F(Assertion, IsForTheCiphertextItCameWithOnly) {
  for (const std::string& other : {std::string(), kCiphertext.substr(1), kCiphertext + "=", kCiphertext + " ",
                                   std::string("null"), std::string("zLmgK2o5kIgu4ItOqIarR83HmyPz")}) {
    EXPECT_EQ(Verdict(ToJson(KeyAssertion(developer, other))), "unauthorized") << other;
    EXPECT_EQ(With("signature", Base64(developer.Sign(other))), "unauthorized") << other;
  }
}

TEST_F(Assertion, AlgorithmIsOptionalAndSha256) {
  EXPECT_EQ(Without("algorithm"), "");
  for (const char* other : {"\"SHA1\"", "\"sha256\"", "\"SHA-256\"", "\"none\"", "\"\"", "null", "5"})
    EXPECT_EQ(With("algorithm", other), "malformed_proof") << other;
}

TEST_F(Assertion, MembersItDoesNotKnowAreIgnored) { EXPECT_EQ(With("comment", "[1,2]"), ""); }

TEST_F(Assertion, EachMemberMustBeThereAndAString) {
  for (const char* member : {"kind", "id", "clientData", "signature"}) {
    EXPECT_EQ(Without(member), "malformed_proof") << member;
    for (const char* other : {"null", "5", "true", "{}", "[\"key\"]"})
      EXPECT_EQ(With(member, other), "malformed_proof") << member << " = " << other;
  }
}

TEST_F(Assertion, OtherKindsAreRefused) {
  for (const char* kind : {"\"fido2\"", "\"Key\"", "\"\"", "\"key \""})
    EXPECT_EQ(With("kind", kind), "malformed_proof") << kind;
}

TEST_F(Assertion, TextThatIsNoObjectIsRefused) {
  const std::string text = ToJson(good);
  for (const std::string& other :
       {std::string(), std::string("null"), std::string("{}"), "[" + text + "]", json::Quote(text),
        text + "x", text.substr(0, text.size() - 1), text.substr(0, text.size() - 1) + R"(,"kind":"key"})"}) {
    EXPECT_EQ(Verdict(other), "malformed_proof") << other;
  }
}

TEST_F(Assertion, KeysAndSignaturesAreCanonicalBase64) {
  for (const char* member : {"id", "signature"}) {
    const std::string value = good.at(member).substr(1, good.at(member).size() - 2);
    for (const std::string& other : {value + "=", value + "\n", "*" + value.substr(1), value.substr(1)})
      EXPECT_EQ(With(member, json::Quote(other)), "bad_base64") << member << " = " << other;
  }
}

TEST_F(Assertion, TheKeyIsTheOneEncodingOfAPointOfP256) {
  const Bytes spki = developer.EncodePublic();
  Bytes off_curve = spki;
  off_curve.back() ^= 1;
  Bytes longer = spki;
  longer.push_back(0);
  Bytes compressed(spki.begin(), spki.begin() + 59);
  compressed[1] = 0x39;
  compressed[24] = 0x22;
  compressed[26] = static_cast<std::uint8_t>(2 + (spki.back() & 1));
  const Bytes raw_point(spki.begin() + 26, spki.end());
  for (const Bytes& key : {Bytes{}, off_curve, longer, compressed, raw_point, Bytes(91, 0)})
    EXPECT_EQ(With("id", Base64(key)), "malformed_proof") << ToHex(key);
}

// Both forms of s are valid, as Node signs; other bytes than strict DER are not.
TEST_F(Assertion, TheSignatureIsStrictDer) {
  const Bytes der = ParseBase64(good.at("signature").substr(1, good.at("signature").size() - 2)).value();
  EXPECT_EQ(With("signature", Base64(Twin(der))), "");
  Bytes trailing = der;
  trailing.push_back(0);
  Bytes long_length = der;
  long_length.insert(long_length.begin() + 1, 0x81);
  const RawSignature raw = ReadDer(der);
  Bytes fixed_size = raw.r;
  Append(fixed_size, raw.s);
  for (const Bytes& other :
       {Bytes{}, trailing, long_length, fixed_size, WriteDer({raw.r, Bytes(32)}),
        WriteDer({Bytes(32), raw.s}), WriteDer({raw.r, ToBytes(kOrderP256)}), WriteDer({raw.s, raw.r})}) {
    EXPECT_EQ(With("signature", Base64(other)), "unauthorized") << ToHex(other);
  }
}

}  // namespace
}  // namespace passport::policy_test
