// 256-bit numbers: parsing, comparison, text.
#include "trusted/eth/quantity.h"

#include "tests/unit/eth/test_values.h"

namespace passport::eth {
namespace {

TEST(Quantity, Parse_TakesTheFormsThatClientsSend) {
  for (const std::string_view text : {"\"0x7\"", "\"0x07\"", "\"7\"", "7",
                                      "\"0x000000000000000000000000000000000000000000"
                                      "0000000000000000000000000000000000007\""})
    EXPECT_EQ(ParseQuantity(Json(text)).value(), U256::From(7)) << text;
  EXPECT_TRUE(ParseQuantity(Json("\"0x00\"")).value().IsZero());
  EXPECT_EQ(ParseQuantity(Json("4660")).value(), ParseQuantity(Json("\"0x1234\"")).value());
}

TEST(Quantity, Decimal_AgreesWithHexAtTheTop) {
  const U256 max = ParseHexDigits(std::string(64, 'f')).value();
  EXPECT_EQ(
      ParseDecimalDigits("00115792089237316195423570985008687907853269984665640564039457584007913129639935")
          .value(),
      max);
  EXPECT_EQ(StatusOf(ParseDecimalDigits(std::string(79, '9'))), Status::kNumberRange);
  EXPECT_EQ(StatusOf(ParseDecimalDigits(std::string(78, '9'))), Status::kNumberRange);
  EXPECT_EQ(StatusOf(ParseDecimalDigits("")), Status::kBadHex);
  EXPECT_EQ(StatusOf(ParseDecimalDigits("1a")), Status::kBadHex);
}

TEST(Quantity, ComparesAsNumbers) {
  EXPECT_LT(U256::From(255), U256::From(256));
  EXPECT_GT(ParseHexDigits("10000000000000000").value(), U256::From(UINT64_MAX));
}

TEST(Quantity, ToU64_RefusesMoreThan64Bits) {
  EXPECT_EQ(U256::From(UINT64_MAX).ToU64().value(), UINT64_MAX);
  EXPECT_EQ(StatusOf(ParseHexDigits("10000000000000000").value().ToU64()), Status::kNumberRange);
}

TEST(Quantity, Text_HasNoLeadingZeros) {
  EXPECT_EQ(ToQuantityText(U256{}), "0x0");
  EXPECT_EQ(ToQuantityText(U256::From(0x0abc)), "0xabc");
}

TEST(Quantity, Trimmed_IsEmptyForZero) {
  const U256 zero;
  EXPECT_TRUE(zero.Trimmed().empty());
  const U256 value = U256::From(0x100);
  EXPECT_EQ(ToHex(value.Trimmed()), "0100");
}

}  // namespace
}  // namespace passport::eth
