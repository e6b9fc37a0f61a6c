// Addresses: EIP-55 in both directions, and what is refused.
#include "trusted/eth/address.h"

#include "tests/unit/eth/test_values.h"

namespace passport::eth {
namespace {

// The examples of EIP-55.
constexpr std::string_view kChecksummed[] = {
    "0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"};

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(c));
  return out;
}

std::string Upper(std::string_view text) {
  std::string out(text.substr(2));
  for (char& c : out) c = static_cast<char>(std::toupper(c));
  return "0x" + out;
}

TEST(Address, Checksum_MatchesTheExamplesOfEip55) {
  for (const std::string_view text : kChecksummed) {
    const auto address = ParseAddress(text);
    ASSERT_TRUE(address.ok()) << text;
    EXPECT_EQ(ToChecksumText(address.value()), text);
    EXPECT_EQ(ToLowerText(address.value()), Lower(text));
    EXPECT_EQ(ParseAddress(Lower(text)).value(), address.value());
    EXPECT_EQ(ParseAddress(Upper(text)).value(), address.value());
  }
}

TEST(Address, Parse_RefusesEveryOtherText) {
  constexpr std::string_view kBad[] = {
      "",
      "0x",
      "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
      "0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
      "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
      "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed0",
      "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg",
      "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",  // one letter of the other case
      " 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae",
  };
  for (const std::string_view text : kBad)
    EXPECT_EQ(StatusOf(ParseAddress(text)), Status::kTxAddress) << text;
}

TEST(Address, OfPublicKey_IsThatOfTheGeneratorForPrivateKeyOne) {
  const Bytes xy = FromHex(
      "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
      "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");
  EXPECT_EQ(ToChecksumText(AddressOfPublicKey(ToArray<64>(xy).value())),
            "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
}

}  // namespace
}  // namespace passport::eth
