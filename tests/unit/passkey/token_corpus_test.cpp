// Session tokens that nobody made: each is refused with the one code for it.
#include <gtest/gtest.h>

#include "trusted/passkey/session.h"

namespace passport::passkey {
namespace {

std::string GoodToken() {
  Session session;
  session.begun_ms = 1'700'000'000'000;
  session.expires_ms = 1'700'000'600'000;
  return SessionToken(session, Hash32{1, 2, 3}, ByteArray<33>{2}, KeyId{{4}});
}

TEST(SessionTokenCorpus, CutOrExtendedAnywhereItIsNone) {
  const std::string good = GoodToken();
  ASSERT_TRUE(CeremonyOf(good).ok());
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto cut = CeremonyOf(good.substr(0, size));
    ASSERT_FALSE(cut.ok()) << size;
    EXPECT_EQ(cut.error(), Status::kSessionToken);
  }
  for (const char* end : {".", "=", " ", "A", "\n", ".AAAA"})
    EXPECT_FALSE(CeremonyOf(good + end).ok()) << end;
  for (const char* begin : {".", " ", "A", "Bearer "}) EXPECT_FALSE(CeremonyOf(begin + good).ok()) << begin;
}

TEST(SessionTokenCorpus, NoOtherCharacterAnywhereGivesATokenOfTheCeremony) {
  const std::string good = GoodToken();
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char other : {'A', 'B', '_', '-', '+', '/', '=', '.', '\0', '\xff'}) {
      std::string changed = good;
      changed[at] = other;
      if (other == good[at]) continue;
      EXPECT_FALSE(CeremonyOf(changed).ok()) << at << other;
    }
  }
}

TEST(SessionTokenCorpus, OtherTokensAreNone) {
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("..."),
        // alg none, and what an HS256 library makes with an empty key
        std::string("eyJhbGciOiJub25lIn0.eyJjZXJlbW9ueSI6IjB4MDAifQ."),
        std::string("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.AAAA"), std::string(1 << 20, 'A'),
        std::string(1 << 20, '.'), "e30." + std::string(4'000, 'e') + ".e30"})
    EXPECT_EQ(CeremonyOf(token).error(), Status::kSessionToken) << token.substr(0, 80);
}

}  // namespace
}  // namespace passport::passkey
