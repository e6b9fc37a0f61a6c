// Every case of tests/kat/ethereum.json, which viem and ethers made (tests/oracle): digests, signed
// encodings, refusals. PASSPORT_ETH_CORPUS names another file, such as a large one of `npm run corpus`.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/unit/eth/test_values.h"
#include "trusted/eth/message.h"
#include "trusted/eth/transaction.h"
#include "trusted/eth/typed_data.h"
#include "trusted/json/write.h"

namespace passport::eth {
namespace {

class Corpus : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const char* other = std::getenv("PASSPORT_ETH_CORPUS");
    std::ifstream file(other != nullptr ? other : PASSPORT_SOURCE_DIR "/tests/kat/ethereum.json");
    ASSERT_TRUE(file.good());
    std::stringstream text;
    text << file.rdbuf();
    constexpr json::Limits kAnySize = {.text_bytes_max = 1 << 30, .nodes_max = 1 << 28};
    auto parsed = json::Parse(text.str(), kAnySize);
    ASSERT_TRUE(parsed.ok());
    corpus_ = new json::Value(std::move(parsed).value());
  }
  static void TearDownTestSuite() { delete corpus_; }

  static std::span<const json::Value> Cases(std::string_view name) {
    return corpus_->Get(name).value()->AsArray().value();
  }
  static std::string_view Text(const json::Value& one, std::string_view name) {
    return one.GetString(name).value();
  }

 private:
  static inline const json::Value* corpus_ = nullptr;
};

std::string Hex(ByteSpan bytes) { return "0x" + ToHex(bytes); }

TEST_F(Corpus, PersonalMessages_HaveViemsDigest) {
  const auto cases = Cases("messages");
  ASSERT_GE(cases.size(), 13u);
  for (const json::Value& one : cases) {
    const Bytes message = ParsePersonalMessage(Text(one, "data")).value();
    EXPECT_EQ(Hex(PersonalMessageDigest(message).bytes), Text(one, "digest"));
  }
}

TEST_F(Corpus, Transactions_HaveViemsDigestAndSignedEncoding) {
  const auto cases = Cases("transactions");
  ASSERT_GE(cases.size(), 150u);
  for (const json::Value& one : cases) {
    const json::Value& request = *one.Get("request").value();
    const auto tx = ParseTransaction(request);
    ASSERT_TRUE(tx.ok()) << json::Serialize(request) << static_cast<int>(tx.error());
    EXPECT_EQ(static_cast<std::uint64_t>(tx.value().type), one.GetU64("type").value());
    EXPECT_EQ(Hex(tx.value().SigningDigest().bytes), Text(one, "digest")) << json::Serialize(request);
    const SignatureValues signature = {ParseHexDigits(Text(one, "r").substr(2)).value().bytes,
                                       ParseHexDigits(Text(one, "s").substr(2)).value().bytes,
                                       static_cast<std::uint8_t>(one.GetU64("y_parity").value())};
    EXPECT_EQ(Hex(tx.value().EncodeSigned(signature)), Text(one, "raw"));
  }
}

TEST_F(Corpus, TypedData_HasViemsDigest) {
  const auto cases = Cases("typed_data");
  ASSERT_GE(cases.size(), 130u);
  for (const json::Value& one : cases) {
    const auto typed = ParseTypedData(*one.Get("payload").value());
    ASSERT_TRUE(typed.ok()) << json::Serialize(one) << static_cast<int>(typed.error());
    EXPECT_EQ(Hex(typed.value().digest.bytes), Text(one, "digest")) << json::Serialize(one);
  }
}

TEST_F(Corpus, TypedData_IsTheSameAsObjectAndAsString) {
  for (const json::Value& one : Cases("typed_data")) {
    const json::Value& payload = *one.Get("payload").value();
    if (payload.IsString()) continue;
    const json::Value text(json::Value::Data(json::Serialize(payload)));
    EXPECT_EQ(Hex(ParseTypedData(text).value().digest.bytes), Text(one, "digest"));
  }
}

TEST_F(Corpus, TypedData_ThatAnOracleRefusesIsRefused) {
  const auto cases = Cases("refused_typed_data");
  ASSERT_GE(cases.size(), 30u);
  for (const json::Value& one : cases) {
    const json::Value& payload = *one.Get("payload").value();
    EXPECT_FALSE(ParseTypedData(payload).ok()) << json::Serialize(payload);
  }
}

}  // namespace
}  // namespace passport::eth
