// The CBOR reader against RFC 8949: its good examples, and every longer spelling of them.
#include "trusted/cbor/cbor.h"

#include <gtest/gtest.h>

namespace passport::cbor {
namespace {

Bytes FromHex(std::string_view text) { return ParseHex(text).value(); }

// Appendix A of RFC 8949.
TEST(Cbor, NumbersHaveOneForm) {
  const struct {
    const char* hex;
    std::int64_t value;
  } kGood[] = {{"00", 0},
               {"17", 23},
               {"1818", 24},
               {"18ff", 255},
               {"190100", 256},
               {"1903e8", 1000},
               {"1a000f4240", 1000000},
               {"1b000000e8d4a51000", 1000000000000},
               {"20", -1},
               {"37", -24},
               {"3818", -25},
               {"3903e7", -1000},
               {"3822", -35},
               {"1b7fffffffffffffff", INT64_MAX},
               {"3b7fffffffffffffff", INT64_MIN}};
  for (const auto& row : kGood) {
    const Bytes input = FromHex(row.hex);
    CborReader in(input);
    EXPECT_EQ(in.Integer(), row.value) << row.hex;
    EXPECT_TRUE(in.Done()) << row.hex;
  }
  for (const char* longer : {"1800",
                             "1817",
                             "190000",
                             "1900ff",
                             "1a00000000",
                             "1a0000ffff",
                             "1b0000000000000000",
                             "1b00000000ffffffff",
                             "3817",
                             "3900ff",
                             "1c",
                             "1f",
                             "3f",
                             "18",
                             "19ff",
                             "1bffffffffffffffff",
                             "3bffffffffffffffff",
                             "",
                             "40",
                             "f6",
                             "c001"}) {
    const Bytes input = FromHex(longer);
    CborReader in(input);
    in.Integer();
    EXPECT_FALSE(in.Done()) << longer;
  }
}

TEST(Cbor, StringsAreDefiniteAndBounded) {
  const Bytes input = FromHex(
      "4401020304"
      "6161"
      "f6"
      "43010203");
  CborReader in(input);
  EXPECT_EQ(ToBytes(in.String(4)), (Bytes{1, 2, 3, 4}));
  EXPECT_EQ(in.Text(1), "a");
  EXPECT_FALSE(in.StringOrNull(9).has_value());
  EXPECT_EQ(in.StringOrNull(9)->size(), 3u);
  EXPECT_TRUE(in.Done());
  for (const char* bad : {"4401020304", "5f4101ff", "4301", "5b7fffffffffffffff00", "6161", "580101"}) {
    const Bytes other = FromHex(bad);
    CborReader reader(other);
    EXPECT_TRUE(reader.String(3).empty()) << bad;
    EXPECT_TRUE(reader.failed()) << bad;
  }
  const Bytes not_text = FromHex("4161");
  CborReader reader(not_text);
  EXPECT_TRUE(reader.Text(3).empty());
  EXPECT_TRUE(reader.failed());
}

TEST(Cbor, CollectionsAreCounted) {
  const Bytes input = FromHex("83a10102800001");
  CborReader in(input);
  EXPECT_EQ(in.Array(3), 3u);
  EXPECT_EQ(in.Map(1), 1u);
  EXPECT_EQ(in.Unsigned(), 1u);
  EXPECT_EQ(in.Unsigned(), 2u);
  EXPECT_EQ(in.Array(0), 0u);
  EXPECT_EQ(in.Unsigned(), 0u);
  EXPECT_FALSE(in.Done());  // one more
  EXPECT_EQ(in.Unsigned(), 1u);
  EXPECT_TRUE(in.Done());
  for (const char* bad : {"84", "9f", "bf", "a1", "9b7fffffffffffffff"}) {
    const Bytes other = FromHex(bad);
    CborReader reader(other);
    EXPECT_EQ(reader.Array(3), 0u) << bad;
    EXPECT_TRUE(reader.failed()) << bad;
  }
}

TEST(Cbor, TheOutermostMapMayBeOfEitherLength) {
  for (const char* hex : {"a201020304", "bf01020304ff"}) {
    const Bytes input = FromHex(hex);
    CborReader in(input);
    CborReader::OpenMap map = in.MapOfAnyLength(2);
    std::uint64_t sum = 0;
    while (map.NextPair(in)) sum += in.Unsigned() + in.Unsigned();
    EXPECT_EQ(sum, 10u) << hex;
    EXPECT_TRUE(in.Done()) << hex;
  }
  for (const char* bad : {"a301020304", "bf01020304", "bf0102", "bf", "a2010203", "ff", "bf01020304ff00"}) {
    const Bytes input = FromHex(bad);
    CborReader in(input);
    CborReader::OpenMap map = in.MapOfAnyLength(2);
    for (int i = 0; i < 9 && map.NextPair(in); ++i) {
      in.Unsigned();
      in.Unsigned();
    }
    EXPECT_FALSE(in.Done()) << bad;
  }
}

TEST(Cbor, StringsAreWrittenInTheirShortestForm) {
  for (const std::size_t size : {0u, 1u, 23u, 24u, 255u, 256u, 4500u}) {
    const Bytes written = CborString(Bytes(size, 7));
    CborReader in(written);
    EXPECT_EQ(in.String(size).size(), size);
    EXPECT_TRUE(in.Done());
  }
}

}  // namespace
}  // namespace passport::cbor
