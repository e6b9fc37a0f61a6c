// The codecs between enclave, passportd and helpers: what is accepted is exactly what the other end wrote.
#include <gtest/gtest.h>

#include "trusted/platform_link/helper.h"
#include "trusted/platform_link/platform_link.h"

namespace passport::platform_link {
namespace {

const crypto::SecretKey32 kKey(ByteArray<32>{1, 2, 3});

Request SampleRequest() { return {Kind::kVerify, 0x1122334455667788, ToBytes("evidence")}; }
Answer SampleAnswer() { return {Kind::kVerify, 0x1122334455667788, Outcome::kRefused, ToBytes("why not")}; }

TEST(LinkRequest, ReadsBackAndHasOneGoldenForm) {
  const Bytes encoded = SampleRequest().Encode();
  EXPECT_EQ(Request::Parse(encoded).value(), SampleRequest());
  EXPECT_EQ(ToHex(encoded), "01028877665544332211" + ToHex(AsBytes("evidence")));
}

TEST(LinkRequest, RefusesOtherVersionsKindsAndSizes) {
  const Bytes good = SampleRequest().Encode();
  for (std::size_t size = 0; size < 10; ++size) EXPECT_FALSE(Request::Parse(ByteSpan(good).first(size)).ok());
  for (const auto& [at, value] : {std::pair{0, 2}, {0, 0}, {1, 0}, {1, 4}}) {
    Bytes changed = good;
    changed[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(value);
    EXPECT_FALSE(Request::Parse(changed).ok()) << at << " " << value;
  }
  Request largest = SampleRequest();
  largest.body.resize(kRequestBodyMax);
  Bytes encoded = largest.Encode();
  EXPECT_EQ(encoded.size(), kLinkBytesMax);
  EXPECT_TRUE(Request::Parse(encoded).ok());
  encoded.push_back(0);
  EXPECT_FALSE(Request::Parse(encoded).ok());
}

TEST(LinkAnswer, OpensUnderItsKeyOnly) {
  const Bytes sealed = SampleAnswer().Seal(kKey);
  EXPECT_EQ(Answer::Open(kKey, sealed).value(), SampleAnswer());
  EXPECT_EQ(sealed.size(), SampleAnswer().body.size() + kAnswerOverheadBytes);
  EXPECT_FALSE(Answer::Open(crypto::SecretKey32(ByteArray<32>{1, 2, 4}), sealed).ok());
}

// The host carries it, so every bit and every byte counts.
TEST(LinkAnswer, RefusesEveryChangeAndEveryCut) {
  const Bytes good = SampleAnswer().Seal(kKey);
  for (std::size_t at = 0; at < good.size(); ++at) {
    EXPECT_FALSE(Answer::Open(kKey, ByteSpan(good).first(at)).ok()) << at;
    for (int bit = 0; bit < 8; ++bit) {
      Bytes changed = good;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ (1 << bit));
      EXPECT_FALSE(Answer::Open(kKey, changed).ok()) << at;
    }
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(Answer::Open(kKey, longer).ok());
}

TEST(LinkAnswer, AtItsLargestFitsItsBound) {
  Answer largest = SampleAnswer();
  largest.body.resize(kAnswerBodyMax);
  const Bytes sealed = largest.Seal(kKey);
  EXPECT_EQ(sealed.size(), kLinkBytesMax);
  EXPECT_EQ(Answer::Open(kKey, sealed).value(), largest);
}

TEST(Helper, RequestsAndAnswersReadBack) {
  const Bytes request = HelperRequest{Op::kSeal, AsBytes("secret")}.Encode();
  EXPECT_EQ(ToHex(request), "03" + ToHex(AsBytes("secret")));
  EXPECT_EQ(HelperRequest::Parse(request).value().op, Op::kSeal);
  EXPECT_EQ(AsText(HelperRequest::Parse(request).value().body), "secret");
  const Bytes answer = HelperAnswer{Op::kVerify, false, AsBytes("why")}.Encode();
  EXPECT_EQ(ToHex(answer), "0701" + ToHex(AsBytes("why")));
  EXPECT_FALSE(HelperAnswer::Parse(answer).value().ok);
  EXPECT_EQ(AsText(HelperAnswer::Parse(answer).value().body), "why");
}

TEST(Helper, OtherRecordsAreRefused) {
  for (const Bytes& bad : {Bytes{}, Bytes{0}, Bytes{8}, Bytes(kHelperBytesMax + 1, 1)})
    EXPECT_FALSE(HelperRequest::Parse(bad).ok());
  for (const Bytes& bad :
       {Bytes{}, Bytes{1}, Bytes{0, 0}, Bytes{8, 0}, Bytes{1, 2}, Bytes(kHelperBytesMax + 1, 1)})
    EXPECT_FALSE(HelperAnswer::Parse(bad).ok());
}

TEST(Probes, ReadBackAndRefuseAllElse) {
  const std::vector<Probe> probes = {{2, true, "TPM 2.0"}, {3, false, "no /dev/sev-guest"}};
  const Bytes good = EncodeProbes(probes);
  EXPECT_EQ(ParseProbes(good).value(), probes);
  EXPECT_EQ(ParseProbes(EncodeProbes({})).value(), std::vector<Probe>{});
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(ParseProbes(ByteSpan(good).first(size)).ok()) << size;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes changed = good;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ (1 << bit));
      const auto parsed = ParseProbes(changed);
      EXPECT_TRUE(!parsed.ok() || EncodeProbes(parsed.value()) == changed) << at;
    }
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(ParseProbes(longer).ok());
}

TEST(Probes, CarryPlainTextOnly) {
  EXPECT_TRUE(IsPlainText("EACCES: /dev/tpmrm0"));
  for (const char* text : {"a\"b", "a\\b", "a\nb", "\x7f", "\xc3\xa9"})
    EXPECT_FALSE(IsPlainText(text)) << text;
  const Bytes quoted = {1, 2, 1, 1, '"'};
  EXPECT_FALSE(ParseProbes(quoted).ok());
}

}  // namespace
}  // namespace passport::platform_link
