// The gateway's limit of signatures for each account (rules.md 29).
#include "trusted/core/account_limit.h"

#include <gtest/gtest.h>

namespace passport::core {
namespace {

RecordId Account(std::uint32_t number) {
  RecordId out;
  for (std::size_t i = 0; i < 4; ++i) out.bytes[31 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return out;
}

std::size_t AllowedOf(AccountLimit& limit, std::size_t tries, std::uint64_t now_ms) {
  std::size_t allowed = 0;
  for (std::size_t i = 0; i < tries; ++i) allowed += limit.Allow(Account(1), now_ms) ? 1u : 0u;
  return allowed;
}

TEST(AccountLimit, TwoSecondsWorthAtOnceThenSoManyASecond) {
  AccountLimit limit(10);
  EXPECT_EQ(AllowedOf(limit, 100, 5'000), 20u);
  EXPECT_EQ(AllowedOf(limit, 100, 5'099), 0u);
  EXPECT_EQ(AllowedOf(limit, 100, 5'100), 1u);
  EXPECT_EQ(AllowedOf(limit, 100, 6'100), 10u);
  EXPECT_EQ(AllowedOf(limit, 100, UINT64_MAX), 20u);
  EXPECT_EQ(AllowedOf(limit, 100, 0), 0u) << "a clock that goes back gives nothing";
}

TEST(AccountLimit, OneAccountDoesNotUseUpAnothers) {
  AccountLimit limit(10);
  EXPECT_EQ(AllowedOf(limit, 100, 5'000), 20u);
  EXPECT_TRUE(limit.Allow(Account(2), 5'000));
}

TEST(AccountLimit, RemembersBoundedlyManyAccounts) {
  AccountLimit limit(1);
  for (std::uint32_t i = 0; i < AccountLimit::kAccountsMax; ++i) ASSERT_TRUE(limit.Allow(Account(i), 1'000));
  const RecordId one_more = Account(AccountLimit::kAccountsMax);
  EXPECT_FALSE(limit.Allow(one_more, 1'500));
  EXPECT_TRUE(limit.Allow(one_more, 2'000)) << "those that are full again are forgotten";
}

}  // namespace
}  // namespace passport::core
