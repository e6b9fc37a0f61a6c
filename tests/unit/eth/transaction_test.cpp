// Transactions: the example of EIP-155, what is inferred, and every refusal with its code.
#include "trusted/eth/transaction.h"

#include <functional>
#include <map>

#include "tests/unit/eth/test_values.h"

namespace passport::eth {
namespace {

using Members = std::map<std::string, std::string>;  // name to JSON text

const Members kFeeMarket = {{"from", "\"0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a\""},
                            {"to", "\"0x70997970c51812dc3a010c7d01b50e0d17dc79c8\""},
                            {"nonce", "\"0x0\""},
                            {"gas", "\"0x5208\""},
                            {"value", "\"0x38d7ea4c68000\""},
                            {"chainId", "\"0x1\""},
                            {"type", "\"0x2\""},
                            {"maxFeePerGas", "\"0x47868c01\""},
                            {"maxPriorityFeePerGas", "\"0x1\""}};
const Members kLegacy = {{"to", "\"0x3535353535353535353535353535353535353535\""},
                         {"nonce", "9"},
                         {"gas", "21000"},
                         {"value", "1000000000000000000"},
                         {"chainId", "1"},
                         {"gasPrice", "20000000000"}};

// An empty text removes a member.
Members With(Members members, const Members& changes) {
  for (const auto& [name, text] : changes) {
    if (text.empty()) {
      members.erase(name);
    } else {
      members[name] = text;
    }
  }
  return members;
}

json::Value Object(const Members& members) {
  std::string text;
  for (const auto& [name, value] : members) text += (text.empty() ? "\"" : ",\"") + name + "\":" + value;
  return Json("{" + text + "}");
}

Result<Transaction> Parse(const Members& members) { return ParseTransaction(Object(members)); }

TEST(Transaction, Legacy_MatchesTheExampleOfEip155) {
  const Transaction tx = Parse(kLegacy).value();
  EXPECT_EQ(tx.type, TransactionType::kLegacy);
  EXPECT_EQ(ToHex(tx.SigningDigest().bytes),
            "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
  const SignatureValues signature = {
      ToArray<32>(FromHex("28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276")).value(),
      ToArray<32>(FromHex("67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83")).value(), 0};
  EXPECT_EQ(
      ToHex(tx.EncodeSigned(signature)),
      "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd9"
      "39bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b"
      "297fb1966a3b6d83");
}

TEST(Transaction, Parse_ReportsTheFactsOfViemsRequest) {
  const Transaction tx = Parse(kFeeMarket).value();
  EXPECT_EQ(tx.type, TransactionType::kFeeMarket);
  EXPECT_EQ(ToChecksumText(tx.from.value()), "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A");
  EXPECT_EQ(ToLowerText(tx.to.value()), "0x70997970c51812dc3a010c7d01b50e0d17dc79c8");
  EXPECT_FALSE(tx.CreatesContract());
  EXPECT_EQ(tx.chain_id, 1u);
  EXPECT_EQ(tx.nonce, 0u);
  EXPECT_EQ(tx.gas_limit, 21000u);
  EXPECT_EQ(tx.value, U256::From(1000000000000000));
  EXPECT_EQ(tx.max_fee_per_gas, U256::From(0x47868c01));
  EXPECT_EQ(tx.max_priority_fee_per_gas, U256::From(1));
  EXPECT_TRUE(tx.data.empty());
}

TEST(Transaction, Type_IsInferredFromTheFees) {
  EXPECT_EQ(Parse(With(kFeeMarket, {{"type", ""}})).value().type, TransactionType::kFeeMarket);
  EXPECT_EQ(Parse(With(kFeeMarket, {{"type", ""}, {"accessList", "[]"}})).value().type,
            TransactionType::kFeeMarket);
  EXPECT_EQ(Parse(With(kLegacy, {{"accessList", "[]"}})).value().type, TransactionType::kAccessList);
  EXPECT_EQ(Parse(With(kLegacy, {{"type", "\"0x01\""}})).value().type, TransactionType::kAccessList);
  for (const std::string type : {"\"0x0\"", "\"0x00\"", "\"0\"", "0"})
    EXPECT_EQ(Parse(With(kLegacy, {{"type", type}})).value().type, TransactionType::kLegacy) << type;
}

// Good blob and set-code transactions, each with one thing wrong.
TEST(Transaction, LaterTypes_AreStrict) {
  const std::string hash = "\"0x01" + std::string(62, '7') + "\"";
  const Members blob = {{"type", "3"}, {"maxFeePerBlobGas", "9"}, {"blobVersionedHashes", "[" + hash + "]"}};
  const std::string one =
      R"({"address":"0x3535353535353535353535353535353535353535","chainId":"0x1","nonce":"0x0",)"
      R"("r":"0x1","s":"0x2","yParity":"0x1"})";
  const Members set_code = {{"type", "4"}, {"authorizationList", "[" + one + "]"}};
  const auto parse = [](Members members, const Members& change) {
    for (const auto& [name, value] : change) members[name] = value;
    return Parse(With(kFeeMarket, members));
  };
  EXPECT_EQ(parse(blob, {}).value().type, TransactionType::kBlob);
  EXPECT_EQ(parse(blob, {{"type", ""}}).value().type, TransactionType::kBlob);
  EXPECT_TRUE(parse(set_code, {}).value().SetsCode());
  EXPECT_TRUE(parse(set_code, {{"type", ""}}).value().SetsCode());
  std::string many = hash;
  for (int i = 0; i < 32; ++i) many += "," + hash;
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string out = one;
    out.replace(out.find(from), from.size(), to);
    return "[" + out + "]";
  };
  const std::tuple<Members, Members, Status> rows[] = {
      {blob, {{"to", "null"}}, Status::kTxField},
      {blob, {{"maxFeePerBlobGas", ""}}, Status::kTxField},
      {blob, {{"blobVersionedHashes", ""}}, Status::kTxField},
      {blob, {{"blobVersionedHashes", "[]"}}, Status::kTxField},
      {blob, {{"blobVersionedHashes", "[\"0x01\"]"}}, Status::kTxField},
      {blob, {{"blobVersionedHashes", "[\"0x02" + std::string(62, '7') + "\"]"}}, Status::kTxField},
      {blob, {{"blobVersionedHashes", "[" + many + "]"}}, Status::kTooLong},
      {blob, {{"authorizationList", "[" + one + "]"}}, Status::kTxField},
      {set_code, {{"to", "null"}}, Status::kTxField},
      {set_code, {{"authorizationList", "[]"}}, Status::kTxField},
      {set_code, {{"authorizationList", "{}"}}, Status::kJsonType},
      {set_code,
       {{"authorizationList", with("\"yParity\":\"0x1\"", "\"yParity\":\"0x2\"")}},
       Status::kNumberRange},
      {set_code, {{"authorizationList", with("\"nonce\"", "\"nonces\"")}}, Status::kTxField},
      {set_code, {{"authorizationList", with(",\"nonce\":\"0x0\"", "")}}, Status::kTxField},
      {set_code,
       {{"authorizationList", with("0x3535353535353535353535353535353535353535", "0x35")}},
       Status::kTxAddress},
      {set_code, {{"maxFeePerBlobGas", "1"}}, Status::kTxField},
  };
  for (const auto& [good, change, status] : rows)
    EXPECT_EQ(parse(good, change).error(), status) << change.begin()->first << " " << change.begin()->second;
}

// viem 2.57: hashAuthorization({address, chainId: 1, nonce: 7}) and with chain 0.
TEST(Authorization, DigestIsViems) {
  const auto digest = [](std::string_view text) {
    return ToHex(ParseAuthorization(Json(text)).value().SigningDigest().bytes);
  };
  EXPECT_EQ(
      digest(R"({"address":"0x3535353535353535353535353535353535353535","chainId":"0x1","nonce":"0x7"})"),
      "155d8ac0276a036817313c7fa22bab28775df2f2cf6845cb72cf0aafbfebd00d");
  EXPECT_EQ(digest(R"({"address":"0x3535353535353535353535353535353535353535","chainId":0,"nonce":0})"),
            "dcf1f9f26da42d12e446c92d7d90c466801486c648187101b14f13d9b6a1407f");
  for (const char* bad :
       {R"({"address":"0x3535353535353535353535353535353535353535","chainId":1})", "[]",
        R"({"address":"0x3535353535353535353535353535353535353535","chainId":1,"nonce":1,"x":1})"})
    EXPECT_FALSE(ParseAuthorization(Json(bad)).ok()) << bad;
}

TEST(Transaction, NoTo_CreatesAContract) {
  EXPECT_TRUE(Parse(With(kFeeMarket, {{"to", ""}})).value().CreatesContract());
  EXPECT_TRUE(Parse(With(kFeeMarket, {{"to", "null"}})).value().CreatesContract());
}

TEST(Transaction, Aliases_AreTakenWhenTheyAgree) {
  EXPECT_EQ(Parse(With(kFeeMarket, {{"gas", ""}, {"gasLimit", "7"}})).value().gas_limit, 7u);
  EXPECT_EQ(Parse(With(kFeeMarket, {{"gasLimit", "\"0x005208\""}})).value().gas_limit, 21000u);
  EXPECT_EQ(Parse(With(kFeeMarket, {{"input", "\"0xab\""}})).value().data, Bytes{0xab});
  EXPECT_EQ(Parse(With(kFeeMarket, {{"input", "\"0xab\""}, {"data", "\"0xAB\""}})).value().data, Bytes{0xab});
}

TEST(Transaction, Digest_DependsOnEveryMember) {
  const Members changes[] = {
      {{"nonce", "1"}},
      {{"gas", "21001"}},
      {{"value", "1"}},
      {{"value", ""}},
      {{"chainId", "2"}},
      {{"maxFeePerGas", "\"0x47868c02\""}},
      {{"maxPriorityFeePerGas", "2"}},
      {{"to", "null"}},
      {{"to", "\"0x70997970c51812dc3a010c7d01b50e0d17dc79c9\""}},
      {{"data", "\"0x00\""}},
      {{"accessList", R"([{"address":"0x3535353535353535353535353535353535353535","storageKeys":[]}])"}}};
  std::map<Digest, std::size_t> seen = {{Parse(kFeeMarket).value().SigningDigest(), 0}};
  for (const Members& change : changes)
    EXPECT_TRUE(seen.emplace(Parse(With(kFeeMarket, change)).value().SigningDigest(), seen.size()).second)
        << change.begin()->first;
  EXPECT_EQ(Parse(With(kFeeMarket, {{"from", ""}})).value().SigningDigest(),
            Parse(kFeeMarket).value().SigningDigest());
  EXPECT_NE(Parse(With(kLegacy, {{"chainId", ""}})).value().SigningDigest(),
            Parse(kLegacy).value().SigningDigest());
}

TEST(Transaction, EncodeSigned_DropsLeadingZerosOfRAndS) {
  SignatureValues signature;
  signature.r[31] = 1;
  signature.s[31] = 0x80;
  signature.y_parity = 1;
  const std::string encoded = ToHex(Parse(With(kLegacy, {{"chainId", ""}})).value().EncodeSigned(signature));
  EXPECT_TRUE(encoded.ends_with("1c018180")) << encoded;
}

struct Refusal {
  Members change;
  Status status;
};

const std::string kShortKey =
    "[{\"address\":\"0x3535353535353535353535353535353535353535\",\"storageKeys\":[\"0x" +
    std::string(62, '0') + "\"]}]";

// Changes of a good type 2 transaction.
const Refusal kRefusals[] = {
    {{{"type", "5"}}, Status::kTxType},
    {{{"type", "\"0x103\""}}, Status::kTxType},
    {{{"type", "\"0x102\""}}, Status::kTxType},
    {{{"type", "\"eip1559\""}}, Status::kTxType},
    {{{"type", "null"}}, Status::kTxType},
    {{{"type", ""}, {"maxFeePerGas", ""}, {"maxPriorityFeePerGas", ""}}, Status::kTxType},
    {{{"blobs", "[]"}}, Status::kTxField},
    {{{"sidecars", "[]"}}, Status::kTxField},
    {{{"type", "3"}}, Status::kTxField},
    {{{"type", "4"}}, Status::kTxField},
    {{{"authorizationList", "[]"}}, Status::kTxField},
    {{{"maxFeePerBlobGas", "1"}}, Status::kTxField},
    {{{"blobVersionedHashes", "[]"}}, Status::kTxField},
    {{{"chain", "1"}}, Status::kTxField},
    {{{"Nonce", "1"}}, Status::kTxField},
    {{{"nonce", ""}}, Status::kTxField},
    {{{"gas", ""}}, Status::kTxField},
    {{{"chainId", ""}}, Status::kTxField},
    {{{"chainId", "0"}}, Status::kTxField},
    {{{"maxFeePerGas", ""}}, Status::kTxField},
    {{{"maxPriorityFeePerGas", ""}}, Status::kTxField},
    {{{"maxPriorityFeePerGas", "\"0x47868c02\""}}, Status::kTxField},
    {{{"gasPrice", "1"}}, Status::kTxField},
    {{{"gasLimit", "21001"}}, Status::kTxField},
    {{{"data", "\"0x00\""}, {"input", "\"0x01\""}}, Status::kTxField},
    {{{"data", "\"0x\""}, {"input", "\"0x01\""}}, Status::kTxField},
    {{{"type", "0"}}, Status::kTxField},
    {{{"type", "1"}, {"gasPrice", "1"}}, Status::kTxField},
    {{{"accessList", "[{}]"}}, Status::kTxField},
    {{{"accessList", R"([{"storageKeys":[],"x":1}])"}}, Status::kTxField},
    {{{"accessList", R"([{"address":"0x3535353535353535353535353535353535353535","x":[]}])"}},
     Status::kTxField},
    {{{"accessList", R"([{"address":"0x3535353535353535353535353535353535353535"}])"}}, Status::kTxField},
    {{{"accessList", R"([{"address":"0x3535353535353535353535353535353535353535","storageKeys":[],"x":1}])"}},
     Status::kTxField},
    {{{"accessList", kShortKey}}, Status::kTxField},
    {{{"accessList", "null"}}, Status::kJsonType},
    {{{"accessList", R"([{"address":"0x35","storageKeys":[]}])"}}, Status::kTxAddress},
    {{{"to", "\"\""}}, Status::kTxAddress},
    {{{"to", "\"0x\""}}, Status::kTxAddress},
    {{{"to", "1"}}, Status::kTxAddress},
    {{{"to", "\"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\""}}, Status::kTxAddress},
    {{{"from", "null"}}, Status::kTxAddress},
    {{{"nonce", "\"10\""}}, Status::kNumberAmbiguous},
    {{{"value", "\"\""}}, Status::kNumberAmbiguous},
    {{{"value", "\"-1\""}}, Status::kNumberAmbiguous},
    {{{"value", "\"0X10\""}}, Status::kNumberAmbiguous},
    {{{"value", "\"a\""}}, Status::kBadHex},
    {{{"value", "\"0x\""}}, Status::kBadHex},
    {{{"value", "\"0x1g\""}}, Status::kBadHex},
    {{{"value", "-1"}}, Status::kJsonNumber},
    {{{"value", "1.0"}}, Status::kJsonNumber},
    {{{"value", "1e18"}}, Status::kJsonNumber},
    {{{"value", "true"}}, Status::kJsonType},
    {{{"value", "null"}}, Status::kJsonType},
    {{{"value", "\"0x1" + std::string(64, '0') + "\""}}, Status::kNumberRange},
    {{{"value", "115792089237316195423570985008687907853269984665640564039457584007913129639936"}},
     Status::kNumberRange},
    {{{"nonce", "18446744073709551615"}}, Status::kNumberRange},
    {{{"gas", "18446744073709551616"}}, Status::kNumberRange},
    {{{"chainId", "9223372036854775772"}}, Status::kNumberRange},
    {{{"data", "\"00\""}}, Status::kBadHex},
    {{{"data", "\"0x0\""}}, Status::kBadHex},
    {{{"data", "null"}}, Status::kJsonType},
    {{{"data", "\"0x" + std::string(2 * 131073, '0') + "\""}}, Status::kTooLong},
};

TEST(Transaction, Parse_RefusesEachFaultWithItsCode) {
  for (const Refusal& refusal : kRefusals)
    EXPECT_EQ(StatusOf(Parse(With(kFeeMarket, refusal.change))), refusal.status)
        << refusal.change.begin()->first << ": " << refusal.change.begin()->second.substr(0, 80);
  EXPECT_EQ(StatusOf(Parse(With(kLegacy, {{"type", "0"}, {"accessList", "[]"}}))), Status::kTxField);
  EXPECT_EQ(StatusOf(Parse(With(kLegacy, {{"type", "0"}, {"gasPrice", ""}}))), Status::kTxField);
  EXPECT_EQ(StatusOf(ParseTransaction(Json("[]"))), Status::kJsonType);
}

TEST(Transaction, Parse_TakesTheLargestValuesOfEachMember) {
  const Transaction tx = Parse(With(kFeeMarket, {{"nonce", "18446744073709551614"},
                                                 {"gas", "\"0xffffffffffffffff\""},
                                                 {"chainId", "9223372036854775771"},
                                                 {"value", "\"0x" + std::string(64, 'f') + "\""}}))
                             .value();
  EXPECT_EQ(tx.nonce, UINT64_MAX - 1);
  EXPECT_EQ(tx.gas_limit, UINT64_MAX);
  EXPECT_EQ(tx.chain_id, 9223372036854775771u);
  EXPECT_EQ(ToHex(tx.value.bytes), std::string(64, 'f'));
  EXPECT_EQ(
      Parse(With(kFeeMarket, {{"data", "\"0x" + std::string(2 * 131072, '0') + "\""}})).value().data.size(),
      131072u);
}

TEST(Transaction, AccessList_IsBoundedInKeysAltogether) {
  const auto list = [](std::size_t keys) {
    std::string text = R"([{"address":"0x3535353535353535353535353535353535353535","storageKeys":[)";
    for (std::size_t i = 0; i < keys; ++i) text += (i == 0 ? "\"0x" : ",\"0x") + std::string(64, '1') + "\"";
    return text + "]}]";
  };
  EXPECT_TRUE(Parse(With(kFeeMarket, {{"accessList", list(4095)}})).ok());
  EXPECT_EQ(StatusOf(Parse(With(kFeeMarket, {{"accessList", list(4096)}}))), Status::kTooLong);
}

}  // namespace
}  // namespace passport::eth
