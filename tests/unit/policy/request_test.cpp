// The request parser: which bodies become which request, which are refused with which error, and what id is
// echoed.
#include "trusted/api/request.h"

#include <gtest/gtest.h>

namespace passport::api {
namespace {

using std::string_literals::operator""s;

constexpr const char* kTransaction =
    R"({"to":"0x70997970c51812dc3a010c7d01b50e0d17dc79c8","nonce":"0x0","gas":"0x5208","gasPrice":"0x1","chainId":"0x1","type":"0x0"})";
constexpr const char* kTypedData =
    R"({"types":{"A":[{"name":"x","type":"uint256"}]},"primaryType":"A","domain":{},"message":{"x":1}})";

std::string Body(std::string_view method, std::string_view params) {
  return R"({"jsonrpc":"2.0","id":7,"method":")" + std::string(method) + R"(","params":)" +
         std::string(params) + "}";
}

Result<Call, CallError> Parse(std::string_view body) { return ParseCall(AsBytes(body)); }

// "" if the body is a request, else the error's name.
std::string Verdict(std::string_view body) {
  const auto call = Parse(body);
  return call.ok() ? "" : RowOf(call.error().error.code).name;
}

std::string EchoedId(std::string_view body) {
  const auto call = Parse(body);
  return call.ok() ? call.value().id : call.error().id;
}

TEST(Request, EveryMethodBecomesItsRequest) {
  const std::string config = R"({"config":"{}","signature":"MAA=","public_key":"AAAA"})";
  const std::string update =
      R"({"scope_id":"123e4567-e89b-42d3-a456-426614174000","config":"{}","signature":"","public_key":""})";
  const std::string registration =
      R"({"encrypted_user":"AAAA","encrypted_credential":{"KeySignature":"BBBB"}})";
  const struct {
    const char* method;
    std::string params;
    std::size_t index;
  } rows[] = {
      {"createScope", config, 0},
      {"updateScope", update, 1},
      {"delegatedRegistration", registration, 2},
      {"delegateRegistration", registration, 2},  // the name in the documents (wire-api.md 9.4)
      {"eth_requestAccounts", "[]", 3},
      {"eth_accounts", "[]", 3},
      {"personal_sign", R"(["0x00"])", 4},
      {"eth_signTypedData_v4", R"(["0x00",)"s + kTypedData + "]", 5},
      {"eth_signTransaction", "["s + kTransaction + "]", 6},
      {"wallet_addEthereumChain", "[{}]", 7},
      {"wallet_switchEthereumChain", "[{}]", 7},
      {"eth_addEthereumChain", "[{}]", 7},
      {"eth_switchEthereumChain", "[{}]", 7},
  };
  for (const auto& row : rows) {
    const auto call = Parse(Body(row.method, row.params));
    ASSERT_TRUE(call.ok()) << row.method << ": " << Verdict(Body(row.method, row.params));
    EXPECT_EQ(call.value().request.index(), row.index) << row.method;
    EXPECT_EQ(MetricNumber(call.value().request), row.index + 1) << row.method;
    EXPECT_EQ(call.value().id, "7");
  }
}

TEST(Request, MethodsThatTheSdkKnowsAndThisNetworkDoesNotServeSaySo) {
  for (const char* method : {"createLambda", "listLambda", "executeLambda"}) {
    EXPECT_EQ(Verdict(Body(method, "{}")), "not_available") << method;
  }
}

TEST(Request, ValuesArriveAsTheClientWroteThem) {
  const auto update = Parse(Body(
      "updateScope",
      R"({"scope_id":"123E4567-e89b-42d3-a456-426614174000","config":" {\"a\" : 1} ","signature":"AQI=","public_key":"/w==","more":1})"));
  ASSERT_TRUE(update.ok());
  const auto& scope = std::get<UpdateScope>(update.value().request);
  EXPECT_EQ(ToHex(scope.scope.bytes), "123e4567e89b42d3a456426614174000");
  EXPECT_EQ(scope.signed_config.config, " {\"a\" : 1} ");  // the very bytes that are signed
  EXPECT_EQ(ToHex(scope.signed_config.signature), "0102");
  EXPECT_EQ(ToHex(scope.signed_config.public_key), "ff");

  const auto registration =
      Parse(Body("delegatedRegistration",
                 R"({"encrypted_user":"us\u0065r","encrypted_credential":{"KeySignature":"proof"}})"));
  ASSERT_TRUE(registration.ok());
  EXPECT_EQ(std::get<DelegatedRegistration>(registration.value().request).encrypted_user, "user");
  EXPECT_EQ(std::get<DelegatedRegistration>(registration.value().request).encrypted_key_signature, "proof");

  const auto message =
      Parse(Body("personal_sign", R"(["0xC0fe","0x0000000000000000000000000000000000000000"])"));
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(ToHex(std::get<PersonalSign>(message.value().request).message), "c0fe");
  const auto bare = Parse(Body("personal_sign", R"(["c0fe"])"));  // wire-api.md 10: without 0x, too
  ASSERT_TRUE(bare.ok());
  EXPECT_EQ(ToHex(std::get<PersonalSign>(bare.value().request).message), "c0fe");
}

TEST(Request, TypedDataMayBeAnObjectOrItsText) {
  std::string text = kTypedData;
  for (std::size_t at = 0; (at = text.find('"', at)) != text.npos; at += 2) text.insert(at, "\\");
  const auto object = Parse(Body("eth_signTypedData_v4", R"(["0x00",)"s + kTypedData + "]"));
  const auto string = Parse(Body("eth_signTypedData_v4", R"(["0x00",")" + text + "\"]"));
  ASSERT_TRUE(object.ok() && string.ok());
  EXPECT_EQ(std::get<SignTypedData>(object.value().request).typed_data.digest,
            std::get<SignTypedData>(string.value().request).typed_data.digest);
}

TEST(Request, TheIdComesBackExactly) {
  const std::pair<const char*, const char*> rows[] = {
      {"1", "1"},
      {"0", "0"},
      {"-1", "-1"},
      {"-0", "-0"},
      {"4", "4"},
      {"1.0", "1.0"},
      {"1.50", "1.50"},
      {"1e2", "1e2"},
      {"1E+2", "1E+2"},
      {"9007199254740993", "9007199254740993"},          // 2^53 + 1: a double would round it
      {"18446744073709551615", "18446744073709551615"},  // 2^64 - 1
      {"18446744073709551616", "18446744073709551616"},  // 2^64
      {"-9223372036854775808", "-9223372036854775808"},
      {"-9223372036854775809", "-9223372036854775809"},
      {"123456789012345678901234567890.5", "123456789012345678901234567890.5"},
      {"null", "null"},
      {R"("")", R"("")"},
      {R"("1")", R"("1")"},
      {R"("a\"b\\c")", R"("a\"b\\c")"},
      {R"("null")", R"("null")"},
      {R"("\u00e9")", "\"\xc3\xa9\""},  // the same text, written plainly
      {R"("\n")", R"("\u000a")"},
  };
  for (const auto& [id, echoed] : rows) {
    const std::string good = R"({"jsonrpc":"2.0","method":"eth_accounts","id":)"s + id + "}";
    const std::string bad = R"({"jsonrpc":"2.0","method":"no_such_method","id":)"s + id + "}";
    EXPECT_EQ(Verdict(good), "") << id;
    EXPECT_EQ(EchoedId(good), echoed);
    EXPECT_EQ(Verdict(bad), "method_not_found") << id;
    EXPECT_EQ(EchoedId(bad), echoed);
  }
}

TEST(Request, ARequestWithoutIdOrVersionIsServedWithANullId) {
  EXPECT_EQ(Verdict(R"({"method":"eth_accounts"})"), "");
  EXPECT_EQ(EchoedId(R"({"method":"eth_accounts"})"), "null");
}

TEST(Request, AnIdIsAStringANumberOrNullOfAtMost256Bytes) {
  for (const std::string id : {"true", "{}", "[]", "[1]", R"({"a":1})"}) {
    const std::string body = R"({"method":"eth_accounts","id":)" + id + "}";
    EXPECT_EQ(Verdict(body), "invalid_request") << id;
    EXPECT_EQ(EchoedId(body), "null");
  }
  const auto with_text = [](std::string text) {
    return R"({"method":"eth_accounts","id":")" + std::move(text) + "\"}";
  };
  EXPECT_EQ(Verdict(with_text(std::string(254, 'x'))), "");
  EXPECT_EQ(Verdict(with_text(std::string(255, 'x'))), "invalid_request");
  EXPECT_EQ(Verdict(with_text(std::string(43, '\x7f'))), "invalid_request");  // 6 bytes each when written
  EXPECT_EQ(Verdict(R"({"method":"eth_accounts","id":1)" + std::string(256, '0') + "}"), "invalid_request");
}

struct Refused {
  std::string body;
  const char* error;
};

TEST(Request, BodiesThatAreNoRequestAreRefusedEachWithItsError) {
  const std::string sign = Body("personal_sign", R"(["0x00"])");
  const Refused rows[] = {
      {"", "parse_error"},
      {"{", "parse_error"},
      {"hello", "parse_error"},
      {sign + "x", "parse_error"},
      {sign + sign, "parse_error"},
      {sign + "\0"s, "parse_error"},
      {"\xef\xbb\xbf" + sign, "parse_error"},
      {R"({"method":"eth_accounts","id":1e400})", "invalid_request"},  // JSON, but beyond a double
      {R"({"method":"eth_accounts","id":01})", "parse_error"},
      {R"({"method":"eth_accounts","id":NaN})", "parse_error"},
      {"{\"method\":\"\xff\"}", "invalid_utf8"},
      {R"({"method":"\ud800"})", "invalid_utf8"},
      {"null", "invalid_request"},
      {"42", "invalid_request"},
      {"\"personal_sign\"", "invalid_request"},
      {"[]", "invalid_request"},
      {"[" + sign + "]", "invalid_request"},  // no batches
      {"{}", "invalid_request"},
      {R"({"jsonrpc":"1.0","method":"eth_accounts"})", "invalid_request"},
      {R"({"jsonrpc":2.0,"method":"eth_accounts"})", "invalid_request"},
      {R"({"jsonrpc":null,"method":"eth_accounts"})", "invalid_request"},
      {R"({"jsonrpc":"2.0"})", "invalid_request"},
      {R"({"jsonrpc":"2.0","method":5})", "invalid_request"},
      {R"({"jsonrpc":"2.0","method":null})", "invalid_request"},
      {R"({"jsonrpc":"2.0","method":["personal_sign"]})", "invalid_request"},
      {R"({"method":""})", "method_not_found"},
      {R"({"method":"eth_sign"})", "method_not_found"},
      {R"({"method":"personal_Sign"})", "method_not_found"},
      {R"({"method":"personal_sign "})", "method_not_found"},
      {R"({"method":"personal_sign\u0000"})", "method_not_found"},
      {R"({"method":"eth_sendTransaction"})", "method_not_found"},
      {R"({"method":"eth_accounts","method":"eth_accounts"})", "duplicate_key"},
      {R"({"method":"eth_accounts","\u006dethod":"personal_sign"})", "duplicate_key"},
      {R"({"method":"eth_accounts","params":[{"a":{"b":1,"b":2}}]})", "duplicate_key"},
      {Body("eth_accounts", std::string(40, '[') + std::string(40, ']')), "too_deep"},
      {std::string(100'000, '['), "too_deep"},
      {Body(
           "eth_accounts", "[" + std::string(2 * 5'000, ' ') + "0" +
                               [] {
                                 std::string zeros;
                                 for (int i = 0; i < 5'000; ++i) zeros += ",0";
                                 return zeros;
                               }() +
                               "]"),
       "too_large"},
      {std::string(131'073, ' '), "too_large"},
  };
  for (const Refused& row : rows) EXPECT_EQ(Verdict(row.body), row.error) << row.body.substr(0, 100);
}

TEST(Request, DepthIsCountedFromTheBody) {
  const auto nested = [](std::size_t depth) {
    return Body("eth_accounts", std::string(depth, '[') + std::string(depth, ']'));
  };
  EXPECT_EQ(Verdict(nested(31)), "");
  EXPECT_EQ(Verdict(nested(32)), "too_deep");
}

struct WrongParams {
  const char* method;
  std::string params;
  const char* error;
};
void ExpectRefused(std::span<const WrongParams> rows) {
  for (const WrongParams& row : rows) {
    const std::string body = Body(row.method, row.params);
    EXPECT_EQ(Verdict(body), row.error) << body;
    EXPECT_EQ(EchoedId(body), "7") << body;
  }
}

TEST(Request, ScopesAndRegistrationsRefuseParamsOfAnotherShape) {
  const std::string key = R"("signature":"MAA=","public_key":"AAAA")";
  const std::string uuid = R"("scope_id":"123e4567-e89b-42d3-a456-426614174000")";
  const WrongParams rows[] = {
      {"createScope", "null", "invalid_params"},
      {"createScope", "[]", "invalid_params"},
      {"createScope", R"(["{}","MAA=","AAAA"])", "invalid_params"},
      {"createScope", "{" + key + "}", "invalid_params"},
      {"createScope", R"({"config":{},)" + key + "}", "invalid_params"},
      {"createScope", R"({"config":"{}","public_key":"AAAA"})", "invalid_params"},
      {"createScope", R"({"config":"{}","signature":"MAA="})", "invalid_params"},
      {"createScope", R"({"config":"{}","signature":7,"public_key":"AAAA"})", "invalid_params"},
      {"createScope", R"({"config":"{}","signature":"MAA","public_key":"AAAA"})", "bad_base64"},
      {"createScope", R"({"config":"{}","signature":"MAB=","public_key":"AAAA"})", "bad_base64"},
      {"createScope", R"({"config":"{}","signature":"MAA=","public_key":"-_-_"})", "bad_base64"},
      {"createScope", R"({"config":"{}","signature":"MAA=","public_key":"AA A"})", "bad_base64"},
      {"updateScope", R"({"config":"{}",)" + key + "}", "invalid_params"},
      {"updateScope", R"({"scope_id":5,"config":"{}",)" + key + "}", "invalid_params"},
      {"updateScope", R"({"scope_id":"","config":"{}",)" + key + "}", "unknown_scope"},
      {"updateScope", R"({"scope_id":"123e4567e89b42d3a456426614174000","config":"{}",)" + key + "}",
       "unknown_scope"},
      {"updateScope", "{" + uuid + "," + key + "}", "invalid_params"},
      {"delegatedRegistration", "null", "invalid_params"},
      {"delegatedRegistration", "{}", "invalid_params"},
      {"delegatedRegistration", R"({"encrypted_user":5,"encrypted_credential":{"KeySignature":"A"}})",
       "invalid_params"},
      {"delegatedRegistration", R"({"encrypted_user":"A"})", "invalid_params"},
      {"delegatedRegistration", R"({"encrypted_user":"A","encrypted_credential":"A"})", "invalid_params"},
      {"delegatedRegistration", R"({"encrypted_user":"A","encrypted_credential":{}})", "invalid_params"},
      {"delegatedRegistration", R"({"encrypted_user":"A","encrypted_credential":{"Fido2":"A"}})",
       "invalid_params"},
      {"delegatedRegistration",
       R"({"encrypted_user":"A","encrypted_credential":{"KeySignature":"A","Fido2":"A"}})", "invalid_params"},
      {"delegatedRegistration", R"({"encrypted_user":"A","encrypted_credential":{"KeySignature":{}}})",
       "invalid_params"},
  };
  ExpectRefused(rows);
}

TEST(Request, SigningMethodsRefuseParamsOfAnotherShape) {
  const WrongParams rows[] = {
      {"personal_sign", "null", "invalid_params"},
      {"personal_sign", "{}", "invalid_params"},
      {"personal_sign", R"("0x00")", "invalid_params"},
      {"personal_sign", "[]", "invalid_params"},
      {"personal_sign", "[0]", "invalid_params"},
      {"personal_sign", R"([["0x00"]])", "invalid_params"},
      {"personal_sign", R"(["0x0"])", "bad_hex"},
      {"personal_sign", R"(["hello"])", "bad_hex"},
      {"personal_sign", R"(["0X00"])", "bad_hex"},
      {"personal_sign", R"([" 0x00"])", "bad_hex"},
      {"personal_sign", R"(["0x0x00"])", "bad_hex"},
      {"eth_signTypedData_v4", "{}", "invalid_params"},
      {"eth_signTypedData_v4", "[]", "invalid_params"},
      {"eth_signTypedData_v4", "["s + kTypedData + "]", "invalid_params"},
      {"eth_signTypedData_v4", R"(["0x00",5])", "malformed_typed_data"},
      {"eth_signTypedData_v4", R"(["0x00",{}])", "malformed_typed_data"},
      {"eth_signTypedData_v4", R"(["0x00","{"])", "malformed_typed_data"},
      {"eth_signTypedData_v4", R"(["0x00","{\"a\":1,\"a\":2}"])", "duplicate_key"},
      {"eth_signTransaction", "{}", "invalid_params"},
      {"eth_signTransaction", "[]", "invalid_params"},
      {"eth_signTransaction", kTransaction, "invalid_params"},
      {"eth_signTransaction", R"(["0x00"])", "malformed_transaction"},
      {"eth_signTransaction", "[null]", "malformed_transaction"},
      {"eth_signTransaction", "[{}]", "unknown_transaction_type"},
  };
  ExpectRefused(rows);
}

TEST(Request, ParamsAreNeededWhereAMethodReadsThem) {
  for (const char* method : {"createScope", "updateScope", "delegatedRegistration", "personal_sign",
                             "eth_signTypedData_v4", "eth_signTransaction"}) {
    EXPECT_EQ(Verdict(R"({"id":7,"method":")"s + method + "\"}"), "invalid_params") << method;
  }
}

TEST(Request, NumbersThatCouldMeanTwoThingsAreRefused) {
  const auto with_nonce = [](std::string_view nonce) {
    std::string tx = kTransaction;
    tx.replace(tx.find(R"("0x0","gas")"), 5, nonce);
    return Verdict(Body("eth_signTransaction", "[" + tx + "]"));
  };
  for (const char* nonce : {"\"0x10\"", "\"0\"", "\"9\"", "10", "0"})
    EXPECT_EQ(with_nonce(nonce), "") << nonce;
  for (const char* nonce : {"\"10\"", "\"00\"", "\"ff\"", "\"\""}) {
    EXPECT_EQ(with_nonce(nonce), "ambiguous_number") << nonce;
  }
  for (const char* nonce : {"1.0", "1e1", "-1", "18446744073709551616", "\"0x10000000000000000\""}) {
    EXPECT_EQ(with_nonce(nonce), "malformed_transaction") << nonce;
  }
}

// Parsers below the API give a Status; what they do not name is for the caller to name.
TEST(Request, StatusesOfTheParsersHaveTheirErrors) {
  const std::pair<Status, ErrorCode> rows[] = {
      {Status::kJsonSyntax, ErrorCode::kParse},
      {Status::kJsonDepth, ErrorCode::kTooDeep},
      {Status::kJsonDuplicateKey, ErrorCode::kDuplicateKey},
      {Status::kJsonSize, ErrorCode::kTooLarge},
      {Status::kJsonUtf8, ErrorCode::kUtf8},
      {Status::kBadBase64, ErrorCode::kBadBase64},
      {Status::kBadHex, ErrorCode::kBadHex},
      {Status::kNumberAmbiguous, ErrorCode::kNumberAmbiguous},
      {Status::kTxType, ErrorCode::kTransactionType},
      {Status::kTooLong, ErrorCode::kTooLarge},
      {Status::kTxField, ErrorCode::kNotReady},
      {Status::kInternal, ErrorCode::kNotReady},
  };
  for (const auto& [status, code] : rows) EXPECT_EQ(ErrorFor(status, ErrorCode::kNotReady), code);
}

}  // namespace
}  // namespace passport::api
