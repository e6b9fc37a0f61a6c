// P-256: keys in their one form, strict DER, low s, signatures of OpenSSL and RFC 6979.
#include "trusted/crypto/p256.h"

#include <gtest/gtest.h>

#include "tests/kat/vectors.h"

namespace passport::crypto {
namespace {

constexpr const char* kSpkiPrefix = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
constexpr const char* kOrder = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
// RFC 6979, A.2.5, with SHA-256 and message "sample"; its s is high.
constexpr const char* kX = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
constexpr const char* kY = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
constexpr const char* kR = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
constexpr const char* kS = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
constexpr const char* kLowS =
    "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9";  // order - kS

std::string Integer(const std::string& digits) {
  std::string size(1, static_cast<char>(digits.size() / 2));
  return "02" + ToHex(AsBytes(size)) + digits;
}
std::string Sequence(const std::string& body) {
  std::string size(1, static_cast<char>(body.size() / 2));
  return "30" + ToHex(AsBytes(size)) + body;
}
std::string Der(const std::string& r, const std::string& s) { return Sequence(Integer(r) + Integer(s)); }
std::string SpkiOf(const std::string& x, const std::string& y) { return kSpkiPrefix + x + y; }

TEST(P256, VerifiesWhatOpensslSignedAndRefusesAnythingElse) {
  for (const kat::Fields& f : kat::Cases("crypto.txt", "p256", 3)) {
    const Result<P256PublicKey> key = ParseP256(kat::Hex(f[0]));
    const Result<P256Signature> signature = ParseP256Signature(kat::Hex(f[2]));
    ASSERT_TRUE(key.ok() && signature.ok());
    Bytes message = kat::Message(std::stoul(f[1]));
    EXPECT_TRUE(VerifyP256(key.value(), message, signature.value()));
    P256Signature changed = signature.value();
    changed.r[31] ^= 1;
    EXPECT_FALSE(VerifyP256(key.value(), message, changed));
    changed = signature.value();
    changed.s[31] ^= 1;
    EXPECT_FALSE(VerifyP256(key.value(), message, changed));
    message.push_back(0);
    EXPECT_FALSE(VerifyP256(key.value(), message, signature.value()));
    const Result<P256PublicKey> other = ParseP256(kat::Hex(SpkiOf(kX, kY)));
    ASSERT_TRUE(other.ok());
    message.pop_back();
    EXPECT_FALSE(VerifyP256(other.value(), message, signature.value()));
  }
}

TEST(P256, BothTwinsOfASignatureParseToTheLowOne) {
  const Result<P256PublicKey> key = ParseP256(kat::Hex(SpkiOf(kX, kY)));
  ASSERT_TRUE(key.ok());
  const Result<P256Signature> high =
      ParseP256Signature(kat::Hex(Der(std::string("00") + kR, std::string("00") + kS)));
  const Result<P256Signature> low = ParseP256Signature(kat::Hex(Der(std::string("00") + kR, kLowS)));
  ASSERT_TRUE(high.ok() && low.ok());
  EXPECT_EQ(ToHex(high.value().r), kR);
  EXPECT_EQ(ToHex(high.value().s), kLowS);
  EXPECT_EQ(high.value().r, low.value().r);
  EXPECT_EQ(high.value().s, low.value().s);
  EXPECT_TRUE(VerifyP256(key.value(), AsBytes("sample"), low.value()));
  EXPECT_FALSE(VerifyP256(key.value(), AsBytes("sampl"), low.value()));
}

TEST(P256, ZerosAreNoSignature) {
  const Result<P256PublicKey> key = ParseP256(kat::Hex(SpkiOf(kX, kY)));
  ASSERT_TRUE(key.ok());
  EXPECT_FALSE(VerifyP256(key.value(), AsBytes("sample"), P256Signature{}));
}

TEST(P256, SmallestAndLargestValuesParse) {
  const std::string largest = "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550";
  const Result<P256Signature> signature = ParseP256Signature(kat::Hex(Der("01", largest)));
  ASSERT_TRUE(signature.ok());
  EXPECT_EQ(signature.value().r[31], 1);
  EXPECT_EQ(ToHex(signature.value().s), std::string(63, '0') + "1");  // order - (order - 1)
}

TEST(P256, ParseSignature_RefusesWhateverIsNotStrictDer) {
  const std::string r = std::string("00") + kR;
  const std::string s = kLowS;
  const std::string good = Der(r, s);
  ASSERT_TRUE(ParseP256Signature(kat::Hex(good)).ok());
  const std::string cases[] = {
      "",
      "30",
      "3000",
      good + "00",                               // trailing byte after the sequence
      good.substr(0, good.size() - 2),           // cut
      Sequence(Integer(r) + Integer(s) + "00"),  // trailing byte inside
      Sequence(Integer(r)),                      // one value
      Sequence(Integer(r) + Integer(s) + Integer(s)),
      "31" + good.substr(2),             // a SET
      "3081" + good.substr(2),           // long form of a short size
      "3080" + good.substr(4) + "0000",  // indefinite
      Sequence("03" + Integer(r).substr(2) + Integer(s)),
      Der(kR, s),                           // negative r
      Der(r, "00" + s),                     // padded s
      Der("0000" + std::string(kR), s),     // padded twice
      Der("", s),                           // empty r
      Der("00", s),                         // r = 0
      Der(r, "00"),                         // s = 0
      Der(std::string("00") + kOrder, s),   // r = order
      Der(r, std::string("00") + kOrder),   // s = order
      Der(r, "00" + std::string(64, 'f')),  // s > order
      Der("01" + std::string(kR), s),       // 33 digits
      Sequence("0281" + Integer(r).substr(2) + Integer(s)),
  };
  for (const std::string& text : cases) {
    const Result<P256Signature> signature = ParseP256Signature(kat::Hex(text));
    ASSERT_FALSE(signature.ok()) << text;
    EXPECT_EQ(signature.error(), Status::kBadSignature);
  }
}

TEST(P256, ParseKey_RefusesOtherFormsAndPointsOffTheCurve) {
  const std::string x = kX;
  const std::string y = kY;
  const std::string good = SpkiOf(x, y);
  const Result<P256PublicKey> key = ParseP256(kat::Hex(good));
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(ToHex(key.value()), good);
  const std::string cases[] = {
      "",
      good + "00",
      good.substr(0, good.size() - 2),
      SpkiOf(x, y.substr(0, 63) + "8"),  // off the curve
      SpkiOf(std::string(64, '0'), std::string(64, '0')),
      SpkiOf(std::string(64, 'f'), y),                                   // x >= p
      "3059301306072a8648ce3d020106082a8648ce3d03010703420006" + x + y,  // hybrid
      "3039301306072a8648ce3d020106082a8648ce3d03010703220003" + x,      // compressed
      "3059301306072a8648ce3d020106082b8104000a03010703420004" + x + y,  // another curve's bytes
      x + y,
  };
  for (const std::string& text : cases) {
    const Result<P256PublicKey> bad = ParseP256(kat::Hex(text));
    ASSERT_FALSE(bad.ok()) << text;
    EXPECT_EQ(bad.error(), Status::kBadKey);
  }
}

}  // namespace
}  // namespace passport::crypto
