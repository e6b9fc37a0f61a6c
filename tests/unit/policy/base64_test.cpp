// Base64 as clients send it (RFC 4648, both alphabets): one text for each value and no other, or two readers
// of one header could see two.
#include <gtest/gtest.h>

#include "edl/base/bytes.h"

namespace passport {
namespace {

Bytes Numbers(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(37 * i + 251);
  return out;
}

TEST(Base64Corpus, EachValueComesBack) {
  for (std::size_t size = 0; size < 70; ++size) {
    EXPECT_EQ(ParseBase64(ToBase64(Numbers(size))).value(), Numbers(size));
    EXPECT_EQ(ParseBase64Url(ToBase64Url(Numbers(size))).value(), Numbers(size));
  }
}

// Whatever is accepted is the text that would have been written.
TEST(Base64Corpus, NoTextButTheWrittenOneIsAccepted) {
  for (std::size_t size = 0; size < 8; ++size) {
    const std::string good = ToBase64(Numbers(size));
    const std::string url = ToBase64Url(Numbers(size));
    for (int c = 0; c < 256; ++c) {
      for (std::size_t at = 0; at <= good.size(); ++at) {
        for (const bool insert : {true, false}) {
          if (!insert && at == good.size()) continue;
          std::string text = good;
          text.replace(at, insert ? 0 : 1, 1, static_cast<char>(c));
          const auto parsed = ParseBase64(text);
          if (parsed.ok()) {
            EXPECT_EQ(ToBase64(parsed.value()), text);
          }
          if (at > url.size() || (!insert && at == url.size())) continue;
          text = url;
          text.replace(at, insert ? 0 : 1, 1, static_cast<char>(c));
          const auto parsed_url = ParseBase64Url(text);
          if (parsed_url.ok()) {
            EXPECT_EQ(ToBase64Url(parsed_url.value()), text);
          }
        }
      }
    }
    for (std::size_t cut = 1; cut < good.size(); ++cut) {
      const auto parsed = ParseBase64(good.substr(0, cut));
      if (parsed.ok()) {
        EXPECT_EQ(ToBase64(parsed.value()), good.substr(0, cut));
      }
    }
  }
}

TEST(Base64Corpus, FaultsHaveOneCode) {
  for (const char* text : {"A", "AA", "AAA", "A===", "AA=", "=AAA", "AA==AA==", "AAAA=", "AAAA\n", " AAAA",
                           "AA AA", "AAA-", "AAA_", "AB==", "AAB=", "AAAA====", "\xc3\xa9==", "AA\xff="}) {
    const auto parsed = ParseBase64(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error(), Status::kBadBase64) << text;
  }
  for (const char* text : {"A", "AA==", "AAA+", "AAA/", "AB", "AAB", "AAA=", "AAAAA", "AA AA", "AAAA\n"}) {
    const auto parsed = ParseBase64Url(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error(), Status::kBadBase64) << text;
  }
}

}  // namespace
}  // namespace passport
