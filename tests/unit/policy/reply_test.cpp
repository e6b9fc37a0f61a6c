// Replies: the one shape of a result, the one shape of an error, and that no detail can break out of it.
#include "trusted/api/reply.h"

#include <gtest/gtest.h>

#include "edl/generated/effects.h"
#include "edl/generated/node_types.h"
#include "trusted/api/request.h"
#include "trusted/json/write.h"
#include "trusted/policy/scope.h"

namespace passport::api {
namespace {

const RequestId kRequest{
    {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}};
constexpr std::string_view kRequestHex = "00112233445566778899aabbccddeeff";

json::Value Read(const std::string& body) {
  auto parsed = json::Parse(body);
  EXPECT_TRUE(parsed.ok()) << body;
  return parsed.ok() ? std::move(parsed).value() : json::Value();
}
json::Value ReadError(const Error& error) { return Read(ErrorBody("7", error, kRequest)); }
std::string DataOf(const Error& error) {
  const json::Value body = ReadError(error);
  return std::string(body.Find("error")->GetString("data").value());
}

TEST(Reply, AResultIsTheResultAndTheIdAsTheyAre) {
  EXPECT_EQ(ResultBody("1", "\"0xab\""), R"({"jsonrpc":"2.0","result":"0xab","id":1})");
  EXPECT_EQ(ResultBody("null", "null"), R"({"jsonrpc":"2.0","result":null,"id":null})");
  EXPECT_EQ(ResultBody(R"("a\"b")", "[]"), R"({"jsonrpc":"2.0","result":[],"id":"a\"b"})");
}

TEST(Reply, AnErrorByteForByte) {
  Error error = MakeError(ErrorCode::kTooFewNodes, "start them");
  error.missing = {PartyIndex{2}, PartyIndex{3}};
  error.retry_after_ms = 250;
  EXPECT_EQ(ErrorBody("1", error, kRequest),
            R"({"jsonrpc":"2.0","error":{"code":-32015,"message":"Too few nodes are reachable",)"
            R"("data":"too_few_nodes: start them; missing: node 2, node 3",)"
            R"("details":{"code_name":"too_few_nodes","request_id":"00112233445566778899aabbccddeeff",)"
            R"("retry_after_ms":250,"missing_nodes":[2,3]}},"id":1})");
}

TEST(Reply, EveryErrorBeginsItsDataWithItsNameAndCarriesItsFactsInDetails) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(ErrorCode::kCount); ++i) {
    const ErrorRow& row = RowOf(static_cast<ErrorCode>(i));
    for (const std::string detail : {"", "one sentence"}) {
      const json::Value body = ReadError(MakeError(row.code, detail));
      EXPECT_EQ(body.Find("result"), nullptr);
      EXPECT_EQ(body.GetString("jsonrpc").value(), "2.0");
      const json::Value& error = *body.Find("error");
      EXPECT_EQ(error.Find("code")->AsNumberText().value(), std::to_string(row.number));
      EXPECT_EQ(error.GetString("message").value(), row.message);
      const std::string data(error.GetString("data").value());
      EXPECT_TRUE(data == row.name || data.starts_with(std::string(row.name) + ": ")) << data;
      EXPECT_TRUE(data.ends_with(detail)) << data;
      const json::Value& details = *error.Find("details");
      EXPECT_EQ(details.GetString("code_name").value(), row.name);
      EXPECT_EQ(details.GetString("request_id").value(), kRequestHex);
      EXPECT_EQ(details.AsObject().value().size(), 2u) << row.name;
    }
  }
}

TEST(Reply, WaitingTimeAndMissingNodesAreThereOnlyWhenTheyApply) {
  Error busy = MakeError(ErrorCode::kBusy);
  busy.retry_after_ms = 0;
  const json::Value waiting = ReadError(busy);
  const json::Value& details = *waiting.Find("error")->Find("details");
  EXPECT_EQ(details.GetU64("retry_after_ms").value(), 0u);
  EXPECT_EQ(details.Find("missing_nodes"), nullptr);

  Error few = MakeError(ErrorCode::kTooFewNodes);
  few.missing = {PartyIndex{64}};
  const json::Value missing = ReadError(few);
  const json::Value& facts = *missing.Find("error")->Find("details");
  EXPECT_EQ(facts.Find("missing_nodes")->AsArray().value()[0].AsU64().value(), 64u);
  EXPECT_EQ(facts.Find("retry_after_ms"), nullptr);
  EXPECT_EQ(DataOf(few), "too_few_nodes; missing: node 64");
}

TEST(Reply, TheTextsThatPublishedClientsMatchAreInDataToo) {
  EXPECT_EQ(DataOf(MakeError(ErrorCode::kDuplicateRegistration)),
            "duplicate_registration: Duplicate registration");
  EXPECT_EQ(DataOf(MakeError(ErrorCode::kUnknownUser)),
            "unknown_user: Account credential lookup yielded no results");
}

TEST(Reply, ADetailThatLooksLikeJsonStaysText) {
  const std::string details[] = {"\"},\"result\":\"0x00\",\"x\":{\"y\":\"",
                                 "a\nb\r\tc",
                                 "back\\slash\\",
                                 std::string("nul\0inside", 10),
                                 "\x7f\x01",
                                 "\xc3\xa9\xe2\x82\xac"};
  for (const std::string& detail : details) {
    const std::string data = DataOf(MakeError(ErrorCode::kScopeConfig, detail));
    EXPECT_EQ(data, "scope_config: " + detail);
  }
}

// The boundary takes replies up to a size and the core stops if it must send a longer one, so the longest
// that clients can cause must fit. An error names the member it does not know; a control character is one
// byte in a configuration and six in a reply.
TEST(Reply, TheLongestErrorThatAClientCanCauseFitsThroughTheBoundary) {
  const std::string frame = R"({"":0})";
  const std::string config =
      R"({")" + std::string(policy::kConfigBytesMax - frame.size(), '\x7f') + R"(":0})";
  const auto refused = policy::ParseScopeConfig(config, true);
  ASSERT_FALSE(refused.ok());
  ASSERT_EQ(refused.error().code, ErrorCode::kScopeConfig);
  const std::string id = "\"" + std::string(254, 'x') + "\"";
  EXPECT_LE(ErrorBody(id, refused.error(), kRequest).size(), edl::ReplyEffect::kBodyMax);
}

// A body of the largest size whose transaction is nearly all data.
TEST(Reply, TheLongestResultThatAClientCanCauseFitsThroughTheBoundary) {
  const std::string head =
      R"({"id":1,"method":"eth_signTransaction","params":[{"nonce":"0x0","gas":"0x1","gasPrice":"0x1","chainId":"0x1","type":"0x0","data":"0x)";
  const std::string tail = "\"}]}";
  std::optional<Call> longest;
  for (std::size_t bytes = (edl::ClientRequestCall::kBodyMax - head.size() - tail.size()) / 2; !longest;
       bytes -= 256) {
    auto call = ParseCall(AsBytes(head + std::string(2 * bytes, 'f') + tail));
    if (call.ok()) longest = std::move(call).value();
    ASSERT_GT(bytes, 256u);
  }
  const Bytes raw =
      std::get<SignTransaction>(longest->request).transaction.EncodeSigned({Hash32{0xff}, Hash32{0xff}, 1});
  EXPECT_LE(ResultBody(longest->id, json::Quote("0x" + ToHex(raw))).size(), edl::ReplyEffect::kBodyMax);
}

}  // namespace
}  // namespace passport::api
