// The parts of a ceremony by themselves, at their bounds.
#include <gtest/gtest.h>

#include "trusted/crypto/hash.h"
#include "trusted/webauthn/ceremony.h"
#include "trusted/webauthn/client_data.h"

namespace passport::webauthn {
namespace {

TEST(ClientData, TakesWhatTheStandardNamesAndIgnoresTheRest) {
  const auto data = ClientData::Parse(AsBytes(
      R"({"type":"webauthn.get","challenge":"AQID","origin":"https://a.example","crossOrigin":true,"x":[{}]})"));
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(data.value().type, "webauthn.get");
  EXPECT_EQ(data.value().challenge, (Bytes{1, 2, 3}));
  EXPECT_EQ(data.value().origin, "https://a.example");
  EXPECT_TRUE(data.value().cross_origin);
}

TEST(AuthenticatorData, EveryPrefixOfAWholeOneIsRefused) {
  Bytes whole(37, 7);
  whole[32] = 0x85;                                                 // present, verified, extensions
  Append(whole, ParseHex("a16b6372656450726f7465637402").value());  // {"credProtect": 2}
  ASSERT_TRUE(AuthenticatorData::Parse(whole).ok());
  EXPECT_EQ(AuthenticatorData::Parse(whole).value().sign_count, 0x07070707u);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(AuthenticatorData::Parse(ByteSpan(whole).first(size)).ok()) << size;
  whole.push_back(0);
  EXPECT_EQ(AuthenticatorData::Parse(whole).error(), Status::kWebauthnFormat);
}

TEST(AuthenticatorData, ExtensionsNestOnlySoFar) {
  for (const bool deep : {false, true}) {
    Bytes bytes(37, 0);
    bytes[32] = 0x80;
    Append(bytes, ParseHex(deep ? "a161788181818181f5" : "a1617881818181f5").value());
    EXPECT_EQ(AuthenticatorData::Parse(bytes).ok(), !deep);
  }
}

// What is missing twice over is not there once: each member counts for itself.
TEST(Attestation, AMemberTwiceIsNoOtherMember) {
  for (const char* hex :
       {"a363666d746063666d74646e6f6e6568617574684461746140",        // fmt "", fmt "none", authData ""
        "a36761747453746d74a06761747453746d74a063666d74646e6f6e65",  // attStmt twice, fmt
        "a0", "a163666d74646e6f6e65", ""}) {
    EXPECT_EQ(VerifyAttestation(ParseHex(hex).value(), {}).error(), Status::kWebauthnFormat) << hex;
  }
}

TEST(CredentialKey, AnRsaExponentIsTheUsualOne) {
  Bytes modulus(256, 0xff);
  EXPECT_TRUE(crypto::ParseRsa(modulus, Bytes{1, 0, 1}).ok());
  for (const Bytes& exponent : {Bytes{3}, Bytes{1, 0, 3}, Bytes{0, 1, 0, 1}, Bytes{}})
    EXPECT_EQ(crypto::ParseRsa(modulus, exponent).error(), Status::kBadKey);
  modulus.front() = 0x7f;  // 2047 bits
  EXPECT_EQ(crypto::ParseRsa(modulus, Bytes{1, 0, 1}).error(), Status::kBadKey);
}

TEST(RelyingParty, MayRefuseStatementsThatNobodyVerified) {
  // fmt "apple", an empty statement, and authenticator data of an ES256 key: the base point of P-256.
  Bytes data(37, 0);
  const Hash32 party_hash = crypto::HashSha256(AsBytes("a.example"));
  std::copy(party_hash.begin(), party_hash.end(), data.begin());
  data[32] = 0x45;
  data.resize(data.size() + 16);
  Append(data, ParseHex("000107a5010203262001215820"
                        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296225820"
                        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
                   .value());
  RegistrationResponse response{.id = {7}, .client_data = {}, .attestation_object = {}};
  response.client_data = ToBytes(
      std::string_view(R"({"type":"webauthn.create","challenge":"AQID","origin":"https://a.example"})"));
  response.attestation_object =
      ParseHex("a363666d74656170706c656761747453746d74a0686175746844617461").value();
  Append(response.attestation_object, cbor::CborString(data));
  RelyingParty party{.id = "a.example", .origins = {"https://b.example", "https://a.example"}};
  const auto made = VerifyRegistration(party, Bytes{1, 2, 3}, response);
  ASSERT_TRUE(made.ok()) << static_cast<int>(made.error());
  EXPECT_EQ(made.value().attestation, Attestation::kForeign);
  party.accepts_foreign = false;
  EXPECT_EQ(VerifyRegistration(party, Bytes{1, 2, 3}, response).error(), Status::kWebauthnAttestation);
}

}  // namespace
}  // namespace passport::webauthn
