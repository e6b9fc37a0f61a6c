// personal_sign: hex in, EIP-191 digest out.
#include "trusted/eth/message.h"

#include "tests/unit/eth/test_values.h"

namespace passport::eth {
namespace {

TEST(Message, Digest_IsThatOfEip191) {
  EXPECT_EQ(ToHex(PersonalMessageDigest(AsBytes("hello world")).bytes),
            "d9eba16ed0ecae432b71fe008c98cc872bb4cc214d3220a36f365326cf807d68");
  EXPECT_EQ(ToHex(PersonalMessageDigest({}).bytes),
            "5f35dce98ba4fba25530a026ed80b2cecdaa31091ba4958b99b52ea1d068adad");
}

TEST(Message, Digest_CountsBytesNotCharacters) {
  EXPECT_EQ(ToHex(PersonalMessageDigest(AsBytes("é")).bytes),
            ToHex(PersonalMessageDigest(ParsePersonalMessage("0xc3a9").value()).bytes));
}

TEST(Message, Parse_TakesHexWithAndWithoutPrefix) {
  const Bytes hello = ToBytes("hello");
  EXPECT_EQ(ParsePersonalMessage("0x68656c6c6f").value(), hello);
  EXPECT_EQ(ParsePersonalMessage("68656c6c6f").value(), hello);
  EXPECT_EQ(ParsePersonalMessage("0x68656C6C6F").value(), hello);
  EXPECT_TRUE(ParsePersonalMessage("0x").value().empty());
}

TEST(Message, Parse_RefusesTextThatIsNotHex) {
  for (const std::string_view text : {"hello", "0x6", "6", "0X68", "0x0x68", "68 65", "0x68\n"})
    EXPECT_EQ(StatusOf(ParsePersonalMessage(text)), Status::kBadHex) << text;
}

}  // namespace
}  // namespace passport::eth
