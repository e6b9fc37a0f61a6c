// Reading signed things: every raw transaction of tests/kat/ethereum.json, which viem signed, and signatures
// that are not ones.
#include <gtest/gtest.h>

#include "tools/cli/files.h"
#include "tools/cli/problem.h"
#include "tools/cli/raw_transaction.h"
#include "tools/cli/signed_data.h"
#include "trusted/json/json.h"

namespace passport::cli {
namespace {

json::Value Corpus() {
  return json::Parse(ReadFile(PASSPORT_SOURCE_DIR "/tests/kat/ethereum.json"),
                     {.text_bytes_max = 16'000'000, .nodes_max = 1'000'000})
      .value();
}

Bytes Unhex(std::string_view text) { return ParseHex(text.substr(2)).value(); }

TEST(RawTransaction, OfViem_HasItsDigestAndItsSigner) {
  const json::Value corpus = Corpus();
  const auto address = eth::ParseAddress(corpus.GetString("address").value()).value();
  const auto cases = corpus.Get("transactions").value()->AsArray().value();
  ASSERT_GE(cases.size(), 150u);
  for (const json::Value& one : cases) {
    const auto parsed = ParseRawTransaction(Unhex(one.GetString("raw").value()));
    ASSERT_TRUE(parsed.ok()) << one.GetString("raw").value();
    EXPECT_EQ("0x" + ToHex(parsed.value().digest.bytes), one.GetString("digest").value());
    EXPECT_EQ(SignerOf(parsed.value().digest, parsed.value().signature), address);
  }
}

TEST(RawTransaction, CutShortAnywhere_IsRefused) {
  const json::Value corpus = Corpus();
  for (const json::Value& one : corpus.Get("transactions").value()->AsArray().value().first(30)) {
    const Bytes raw = Unhex(one.GetString("raw").value());
    for (std::size_t size = 0; size < raw.size(); ++size)
      EXPECT_FALSE(ParseRawTransaction(ByteSpan(raw).first(size)).ok());
    Bytes longer = raw;
    longer.push_back(0);
    EXPECT_FALSE(ParseRawTransaction(longer).ok());
  }
}

TEST(RawTransaction, OfAnotherKind_IsRefused) {
  EXPECT_EQ(ParseRawTransaction(Bytes{0x05, 0xc0}).error(), Status::kTxType);
  EXPECT_EQ(ParseRawTransaction(Bytes{0x7f}).error(), Status::kTxType);
  EXPECT_EQ(ParseRawTransaction(Bytes{0xc0}).error(), Status::kMalformed);
  EXPECT_EQ(ParseRawTransaction(Bytes{0x02, 0x80}).error(), Status::kMalformed);
  EXPECT_EQ(ParseRawTransaction(Bytes{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}).error(),
            Status::kMalformed);
}

TEST(Signature, ThatIsNotRSV_IsRefused) {
  const std::string one = std::string(63, '0') + "1";
  const std::string high = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";  // q - 1
  const std::string order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
  EXPECT_EQ(ParseSignature("0x" + one + one + "1b").recovery_id, 0);
  EXPECT_EQ(ParseSignature(one + one + "01").recovery_id, 1);
  EXPECT_THROW(ParseSignature(one + one), Problem);
  EXPECT_THROW(ParseSignature(one + one + "1d"), Problem);
  EXPECT_THROW(ParseSignature(one + one + "xx"), Problem);
  EXPECT_THROW(ParseSignature(one + high + "1b"), Problem);
  EXPECT_THROW(ParseSignature(order + one + "1b"), Problem);
}

TEST(Signature, ThatNoKeyMakes_HasNoSigner) {
  const std::string five = std::string(63, '0') + "5";  // no point has x = 5
  EXPECT_THROW(SignerOf(Digest{}, ParseSignature(five + five + "1b")), Problem);
}

}  // namespace
}  // namespace passport::cli
