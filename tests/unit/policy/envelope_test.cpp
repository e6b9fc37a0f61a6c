// Opening what clients encrypt: X-Encrypted-Key, the values under its AES key, and the user inside one.
#include "trusted/auth/envelope.h"
#include "trusted/auth/user.h"

#include <gtest/gtest.h>

#include "tests/sim/fixture_keys.h"
#include "tests/unit/policy/proofs.h"
#include "trusted/core/changes.h"
#include "trusted/core/record_book.h"

namespace passport::policy_test {
namespace {

using auth::Checked;

crypto::EnvelopeKey NetworkKey() {
  return crypto::EnvelopeKey::Parse(ParseBase64(sim::kEnvelopeKeyPkcs8).value()).value();
}
std::string SealKey(ByteSpan spki, std::string_view plaintext) {
  return ToBase64(crypto::SealToEnvelope(spki, AsBytes(plaintext)).value());
}

template <class T>
std::string Verdict(const Checked<T>& result) {
  return result.ok() ? "" : api::RowOf(result.error().code).name;
}

const Bytes kClientKey(32, 0xc1);
const std::string kClientKeyText = ToBase64(kClientKey);

class KeyHeader : public ::testing::Test {
 protected:
  KeyHeader() { opener.AddKey(NetworkKey()); }
  std::string Verdict(std::string_view header) { return policy_test::Verdict(opener.Open(header)); }
  const Bytes spki = NetworkKey().public_spki();
  auth::KeyOpener opener;
};

// wire-api.md 3: the 44 characters of the key's base64 are what RSA encrypts.
TEST_F(KeyHeader, OpensToTheThirtyTwoBytesWhoseBase64WasEncrypted) {
  const auto opened = opener.Open(SealKey(spki, kClientKeyText));
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(ToBytes(opened.value().Expose()), kClientKey);
}

TEST_F(KeyHeader, RefusesAnyOtherPlaintext) {
  const std::string plaintexts[] = {
      "",
      std::string(AsText(kClientKey)),  // the raw bytes
      ToHex(kClientKey),
      kClientKeyText.substr(0, 43),
      kClientKeyText + "=",
      kClientKeyText + "\n",
      ToBase64(Bytes(31, 1)),
      ToBase64(Bytes(33, 1)),
      ToBase64Url(Bytes(32, 0xff)),
  };
  for (const std::string& plaintext : plaintexts)
    EXPECT_EQ(Verdict(SealKey(spki, plaintext)), "undecryptable") << plaintext;
}

TEST_F(KeyHeader, ReadsEveryDigitOfTheKeyAndRefusesEveryOtherByte) {
  Bytes key(32);
  for (std::size_t i = 0; i < 6; ++i) {  // 43 digits each: every one of the 64 at some place
    for (std::size_t j = 0; j < key.size(); ++j)
      key[j] = static_cast<std::uint8_t>(41 * j * (i + 1) + 11 * i);
    const auto opened = opener.Open(SealKey(spki, ToBase64(key)));
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(ToBytes(opened.value().Expose()), key);
  }
  for (int byte = 0; byte < 256; ++byte) {
    std::string text = kClientKeyText;
    text[7] = static_cast<char>(byte);
    const bool is_digit = ParseBase64(text).ok() && byte != '=';
    EXPECT_EQ(Verdict(SealKey(spki, text)), is_digit ? "" : "undecryptable") << byte;
  }
  std::string unused_bits = kClientKeyText;
  unused_bits[42] = static_cast<char>(unused_bits[42] + 1);
  EXPECT_EQ(Verdict(SealKey(spki, unused_bits)), "undecryptable");
}

TEST_F(KeyHeader, RefusesTextThatIsNotCanonicalBase64) {
  const std::string good = SealKey(spki, kClientKeyText);
  ASSERT_TRUE(good.ends_with("=="));
  std::string unused_bits = good;
  unused_bits[good.size() - 3] = 'B';
  for (const std::string& header :
       {good.substr(0, good.size() - 1), good + "=", good + "\n", " " + good, unused_bits,
        good.substr(0, 10) + "-" + good.substr(11), "*" + good.substr(1)}) {
    EXPECT_EQ(Verdict(header), "bad_base64") << header;
  }
  EXPECT_EQ(Verdict(good), "");
}

TEST_F(KeyHeader, RefusesEveryTruncationExtensionAndFlippedByte) {
  const Bytes good = ParseBase64(SealKey(spki, kClientKeyText)).value();
  for (std::size_t i = 0; i < good.size(); i += 5) {
    Bytes flipped = good;
    flipped[i] ^= static_cast<std::uint8_t>(1 << (i % 8));
    EXPECT_EQ(Verdict(ToBase64(flipped)), "undecryptable") << i;
  }
  for (const std::size_t size : {0u, 1u, 127u, 254u, 255u})
    EXPECT_EQ(Verdict(ToBase64(ByteSpan(good).first(size))), "undecryptable") << size;
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(Verdict(ToBase64(longer)), "undecryptable");
  longer = good;
  longer.insert(longer.begin(), 0);
  EXPECT_EQ(Verdict(ToBase64(longer)), "undecryptable");
  EXPECT_EQ(Verdict(ToBase64(Bytes(256, 0))), "undecryptable");
  EXPECT_EQ(Verdict(ToBase64(Bytes(256, 0xff))), "undecryptable");  // above the modulus
}

TEST_F(KeyHeader, OfAnotherNetworkIsRefusedAndAnOldKeyOfThisOneStillOpens) {
  crypto::EnvelopeKey other = crypto::EnvelopeKey::Generate();
  const std::string theirs = SealKey(other.public_spki(), kClientKeyText);
  EXPECT_EQ(Verdict(theirs), "undecryptable");
  opener.AddKey(std::move(other));  // a rotation: the new key comes first, the old one keeps opening
  EXPECT_EQ(Verdict(theirs), "");
  EXPECT_EQ(Verdict(SealKey(spki, kClientKeyText)), "");
}

TEST_F(KeyHeader, WithoutAnyKeyNothingOpens) {
  auth::KeyOpener empty;
  EXPECT_TRUE(empty.empty());
  EXPECT_EQ(policy_test::Verdict(empty.Open(SealKey(spki, kClientKeyText))), "undecryptable");
}

TEST_F(KeyHeader, WhatIsRememberedIsTheHeadersOwnKeyAndTheMemoryIsBounded) {
  auth::KeyOpener small(2);
  small.AddKey(NetworkKey());
  std::vector<std::string> headers;
  for (std::uint8_t i = 0; i < 4; ++i) headers.push_back(SealKey(spki, ToBase64(Bytes(32, i))));
  for (int round = 0; round < 3; ++round) {
    for (std::uint8_t i = 0; i < 4; ++i) {
      const auto opened = small.Open(headers[i]);
      ASSERT_TRUE(opened.ok());
      EXPECT_EQ(ToBytes(opened.value().Expose()), Bytes(32, i));
    }
  }
}

// A refused header must not be remembered as anything.
TEST_F(KeyHeader, ARefusalIsGivenAgain) {
  const std::string bad = ToBase64(Bytes(256, 1));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Verdict(bad), "undecryptable");
}

class EncryptedValue : public ::testing::Test {
 protected:
  std::string Verdict(std::string_view value) {
    return policy_test::Verdict(auth::OpenText(envelope.key(), value, "X-Encrypted-User"));
  }
  Envelope envelope{1};
};

TEST_F(EncryptedValue, OpensToItsText) {
  for (const std::string& text : {std::string(), std::string("null"), std::string(10'000, 'x')}) {
    const auto opened = auth::OpenText(envelope.key(), envelope.Seal(text), "any");
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened.value(), text);
  }
}

// IV 12 bytes, ciphertext, tag 16 bytes: each byte of each part counts.
TEST_F(EncryptedValue, EveryFlippedByteTruncationAndExtensionIsRefused) {
  const Bytes good = ParseBase64(envelope.Seal("{\"username\":\"alice\"}")).value();
  ASSERT_EQ(good.size(), 12 + 20 + 16u);
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes flipped = good;
    flipped[i] ^= static_cast<std::uint8_t>(1 << (i % 8));
    EXPECT_EQ(Verdict(ToBase64(flipped)), "undecryptable") << i;
    EXPECT_EQ(Verdict(ToBase64(ByteSpan(good).first(i))), "undecryptable") << i;
  }
  for (const bool front : {true, false}) {
    Bytes longer = good;
    longer.insert(front ? longer.begin() : longer.end(), 0);
    EXPECT_EQ(Verdict(ToBase64(longer)), "undecryptable");
  }
  EXPECT_EQ(Verdict(ToBase64(good)), "");
}

TEST_F(EncryptedValue, OfAnotherClientIsRefused) {
  Envelope other{2};
  EXPECT_EQ(Verdict(other.Seal("{\"username\":\"alice\"}")), "undecryptable");
}

TEST_F(EncryptedValue, TextThatIsNotBase64IsRefusedByTheNameOfItsHeader) {
  for (const std::string value : {"*", "AAA", "AAAA=", "AAB=", "-_-_", "AAAA AAAA", "AAAA\r\n"}) {
    const auto opened = auth::OpenText(envelope.key(), value, "X-Encrypted-User");
    ASSERT_FALSE(opened.ok()) << value;
    EXPECT_EQ(opened.error().code, api::ErrorCode::kBadBase64) << value;
    EXPECT_EQ(opened.error().detail, "X-Encrypted-User");
  }
}

TEST(User, UsernameIsReadAndOtherMembersAreIgnored) {
  const std::pair<std::string, std::string> rows[] = {
      {R"({"username":"alice"})", "alice"},
      {R"({"userDisplayName":"A","username":"alice@example.com","password":"x","n":[1]})",
       "alice@example.com"},
      {R"({"username":" alice "})", " alice "},  // nothing is trimmed, folded or normalised
      {R"({"username":"Alice"})", "Alice"},
      {R"({"username":"\u00e9"})", "\xc3\xa9"},
      {R"({"username":"a\u0000b"})", std::string("a\0b", 3)},
      {UserJson(std::string(256, 'x')), std::string(256, 'x')},
  };
  for (const auto& [text, username] : rows) {
    const auto parsed = auth::ParseUser(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(parsed.value().username, username);
    EXPECT_FALSE(parsed.value().bind.has_value());
  }
}

TEST(User, AnythingElseIsRefused) {
  for (const std::string& text :
       {std::string(), std::string("null"), std::string("alice"), std::string("\"alice\""),
        std::string(R"(["alice"])"), std::string("{}"), std::string(R"({"username":""})"),
        std::string(R"({"username":null})"), std::string(R"({"username":5})"),
        std::string(R"({"username":["alice"]})"), std::string(R"({"Username":"alice"})"),
        std::string(R"({"username":"alice","username":"bob"})"), std::string("{\"username\":\"\xff\"}"),
        std::string(R"({"username":"alice"}x)"), UserJson(std::string(257, 'x'))}) {
    EXPECT_EQ(Verdict(auth::ParseUser(text)), "invalid_params") << text;
  }
}

TEST(User, ThatIsAnObjectWithAFaultIsToldWhichFault) {
  EXPECT_EQ(auth::ParseUser(R"({"username":"alice","username":"bob"})").error().detail,
            "the encrypted user has an object with one key twice");
  EXPECT_EQ(auth::ParseUser("{\"username\":\"\xff\"}").error().detail,
            "the encrypted user is not valid UTF-8");
  EXPECT_EQ(auth::ParseUser("alice").error().detail,
            "the encrypted user is not a JSON object: call setUserData");
}

// A malicious proposer's first envelope key would be in force for ever (rules.md 2, 13).
TEST(FirstEnvelopeKey, IsTakenOnlyIfItOpensWhatClientsSeal) {
  const core::Identity identity{
      {}, {}, PartyIndex{1}, BootId{}, crypto::SigningKey(crypto::SecretKey32(ByteArray<32>{1})), {}};
  const core::SeenIndex seen;
  core::NetworkRules rules(identity, seen);
  const auto takes = [&](Bytes key, std::uint64_t number) {
    replica::Version before;
    before.number = number;
    const Bytes evidence = core::EncodeChange(core::EnvelopeCreation{std::move(key)});
    return std::holds_alternative<Bytes>(
        rules.Judge(policy::EnvelopeRecordId(), before, evidence, PartyIndex{2}));
  };
  const Bytes good = ParseBase64(sim::kEnvelopeKeyPkcs8).value();
  EXPECT_TRUE(takes(good, 0));
  EXPECT_FALSE(takes(good, 1));  // there is one
  Bytes dead = good;
  dead[40] ^= 1;  // of the modulus: a key in form, that opens nothing
  EXPECT_TRUE(crypto::EnvelopeKey::Parse(dead).ok());
  EXPECT_FALSE(takes(dead, 0));
}

}  // namespace
}  // namespace passport::policy_test
