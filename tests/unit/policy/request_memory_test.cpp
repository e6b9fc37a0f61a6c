// What an enclave remembers of requests: nonces that serve once, windows that end, and what a lie about the
// time is good for.
#include "trusted/core/request_memory.h"

#include <gtest/gtest.h>

namespace passport::core {
namespace {

constexpr std::uint64_t kNow = 1'700'000'000'000;
const RecordId kAlice{{0x11, 0, 1}}, kBob{{0x11, 0, 2}};
const RequestId kFirst{{1}}, kSecond{{2}};

class Memory : public ::testing::Test {
 protected:
  Memory() {
    Tick(kNow - 30'000, kNow - 30'000);  // this enclave starts
    Tick(kNow, kNow);
  }
  void Tick(std::uint64_t earliest_ms, std::uint64_t latest_ms, bool certain = false) {
    memory.OnTick(earliest_ms, latest_ms, certain);
  }
  // The refusal's name, "" if the request may go on.
  static std::string NameOf(const auth::Checked<Unit>& result) {
    return result.ok() ? "" : api::RowOf(result.error().code).name;
  }
  std::string Bound(const RequestId& request, const RecordId& account, std::uint8_t nonce,
                    std::uint64_t issued_at_ms = kNow) {
    auth::Binding binding;
    binding.nonce = {nonce};
    binding.issued_at_ms = issued_at_ms;
    return NameOf(memory.TakeBound(request, account, binding));
  }
  std::string Legacy(const RecordId& account, std::string_view ciphertext, std::uint32_t window_s = 60) {
    return NameOf(memory.TakeLegacy(account, AsBytes(ciphertext), window_s));
  }
  RequestMemory memory{false};
};

TEST_F(Memory, ANonceServesOneRequestHoweverOftenThatIsJudged) {
  EXPECT_EQ(Bound(kFirst, kAlice, 1), "");
  EXPECT_EQ(Bound(kFirst, kAlice, 1), "");
  EXPECT_EQ(Bound(kSecond, kAlice, 1), "replayed");
  EXPECT_EQ(Bound(kSecond, kAlice, 2), "");
  EXPECT_EQ(Bound(kSecond, kBob, 1), "") << "each account has its own nonces";
}

TEST_F(Memory, ABoundRequestIsGoodForAMinute) {
  EXPECT_EQ(Bound(kFirst, kAlice, 1, kNow - 1), "stale_request") << "before this enclave knew the time";
  Tick(kNow + 60'000, kNow + 60'000);
  EXPECT_EQ(Bound(kFirst, kAlice, 1, kNow), "");
  Tick(kNow + 60'001, kNow + 60'001);
  EXPECT_EQ(Bound(kFirst, kAlice, 1, kNow), "stale_request") << "also one that is known";
  EXPECT_EQ(Bound(kSecond, kAlice, 2, kNow + 1), "");
  EXPECT_EQ(Bound(kSecond, kAlice, 3, kNow + 60'001 + 30'000), "");
  EXPECT_EQ(Bound(kSecond, kAlice, 4, kNow + 60'001 + 30'001), "stale_request");
}

// rules.md 23: what expires does so by the latest time, what is not yet by the earliest.
TEST_F(Memory, TheTimeIsAnInterval) {
  Tick(kNow + 10'000, kNow + 70'000);
  EXPECT_EQ(Bound(kFirst, kAlice, 1, kNow + 9'999), "stale_request");
  EXPECT_EQ(Bound(kFirst, kAlice, 1, kNow + 10'000), "");
  EXPECT_EQ(Bound(kFirst, kAlice, 2, kNow + 40'000), "");
  EXPECT_EQ(Bound(kFirst, kAlice, 3, kNow + 40'001), "stale_request");
}

TEST_F(Memory, ANodeThatHasHeardNobodyTakesNothingBound) {
  memory = RequestMemory(false);
  Tick(0, kNow);
  EXPECT_EQ(Bound(kFirst, kAlice, 1), "not_ready");
  EXPECT_EQ(Legacy(kAlice, "a"), "not_ready");
  Tick(kNow, kNow + 5'000);
  EXPECT_EQ(Bound(kFirst, kAlice, 1, kNow + 34'999), "stale_request");
  Tick(kNow + 5'000, kNow + 5'000);
  EXPECT_EQ(Bound(kFirst, kAlice, 1, kNow + 35'000), "");
}

// The first peer that is heard may lie the time ahead; then others are heard.
TEST_F(Memory, AStartInTheFutureEndsWhenTheTimeIsCertain) {
  memory = RequestMemory(false);
  Tick(kNow, kNow + 86'400'000);
  EXPECT_EQ(Bound(kFirst, kAlice, 1, kNow + 2'000), "stale_request");
  Tick(kNow + 2'000, kNow + 2'000);
  EXPECT_EQ(Bound(kFirst, kAlice, 1, kNow + 32'000), "stale_request") << "one peer's word against another's";
  Tick(kNow + 2'000, kNow + 2'000, true);
  EXPECT_EQ(Bound(kFirst, kAlice, 1, kNow + 31'999), "stale_request");
  EXPECT_EQ(Bound(kFirst, kAlice, 1, kNow + 32'000), "");
}

// An enclave that never had a record has not agreed to anything.
TEST_F(Memory, ANewEnclaveHasNothingToForget) {
  memory = RequestMemory(true);
  Tick(kNow, kNow);
  EXPECT_EQ(Bound(kFirst, kAlice, 1, kNow - 60'000), "");
  EXPECT_EQ(Bound(kSecond, kAlice, 1, kNow - 60'000), "replayed");
}

// A used nonce is forgotten only when nothing can make its request good again: not by a clock set back.
TEST_F(Memory, AForgottenNonceIsOfNoMoreUse) {
  EXPECT_EQ(Bound(kFirst, kAlice, 1, kNow + 30'000), "");
  for (std::uint64_t passed = 0; passed <= 200'000; passed += 500) {
    Tick(kNow + passed, kNow + passed);
    EXPECT_NE(Bound(kSecond, kAlice, 1, kNow + 30'000), "") << passed;
    Tick(kNow, kNow);
    EXPECT_NE(Bound(kSecond, kAlice, 1, kNow + 30'000), "") << passed << ", then back";
  }
}

TEST_F(Memory, AFullTableRefusesAndForgetsNothing) {
  const auto take = [this](std::size_t number, const RecordId& account, std::uint8_t scope) {
    auth::Binding binding;
    binding.scope = ScopeId{{scope}};
    binding.nonce = {static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8)};
    binding.issued_at_ms = kNow + 1'000;
    return memory.TakeBound(kFirst, account, binding);
  };
  for (std::size_t i = 0; i < RequestMemory::kNoncesMaxAccount; ++i) ASSERT_TRUE(take(i, kAlice, 1).ok());
  const auto full = take(RequestMemory::kNoncesMaxAccount, kAlice, 1);
  EXPECT_EQ(NameOf(full), "busy");
  EXPECT_EQ(full.error().retry_after_ms, RequestMemory::kNonceMs + 1);
  EXPECT_TRUE(take(0, kBob, 1).ok());
  for (std::uint8_t account = 3; NameOf(take(0, RecordId{{0x11, 0, account}}, 1)).empty(); ++account) {
    for (std::size_t i = 1; i < RequestMemory::kNoncesMaxAccount; ++i)
      if (!take(i, RecordId{{0x11, 0, account}}, 1).ok()) break;
  }
  EXPECT_EQ(NameOf(take(1, kBob, 1)), "busy") << "the scope has its share";
  EXPECT_TRUE(take(1, kBob, 2).ok()) << "and others have theirs";
  auth::Binding used;
  used.scope = ScopeId{{1}};
  used.issued_at_ms = kNow + 1'000;
  EXPECT_EQ(NameOf(memory.TakeBound(kSecond, kAlice, used)), "replayed");
  Tick(kNow + 130'000, kNow + 130'000);
  used.issued_at_ms = kNow + 130'000;
  EXPECT_EQ(NameOf(memory.TakeBound(kSecond, kAlice, used)), "") << "there is room again";
}

TEST_F(Memory, ALegacyCiphertextIsGoodForTheWindow) {
  EXPECT_EQ(Legacy(kAlice, "a"), "");
  Tick(kNow + 60'000, kNow + 60'000);
  EXPECT_EQ(Legacy(kAlice, "a"), "");
  EXPECT_EQ(Legacy(kAlice, "b"), "");
  EXPECT_EQ(Legacy(kBob, "a"), "") << "first seen now, for this account";
  Tick(kNow + 60'001, kNow + 60'001);
  EXPECT_EQ(Legacy(kAlice, "a"), "replayed");
  EXPECT_EQ(Legacy(kAlice, "a", 120), "") << "a longer window";
  EXPECT_EQ(Legacy(kAlice, "b"), "");
}

// docs/threat-model.md says so: the table is bounded, and what left it counts as new.
TEST_F(Memory, TheOldestOf64CiphertextsIsForgotten) {
  for (int i = 0; i <= 64; ++i) EXPECT_EQ(Legacy(kAlice, std::to_string(i)), "");
  Tick(kNow + 60'001, kNow + 60'001);
  EXPECT_EQ(Legacy(kAlice, "1"), "replayed");
  EXPECT_EQ(Legacy(kAlice, "0"), "");
}

TEST_F(Memory, AHostThatLiesAboutTheTimeShortensTheWindow) {
  Tick(kNow, kNow + 3'600'000);  // far ahead
  EXPECT_EQ(Legacy(kAlice, "a"), "");
  EXPECT_EQ(Legacy(kAlice, "a"), "replayed");
  Tick(kNow, kNow);
  EXPECT_EQ(Legacy(kAlice, "a"), "") << "and its end does not move with the lie";
  Tick(kNow, kNow + 60'001);
  EXPECT_EQ(Legacy(kAlice, "a"), "replayed");
}

TEST_F(Memory, TooManyWatchedAccountsForgetTheFirst) {
  const auto account = [](std::size_t i) {
    return RecordId{{0x11, 0, static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8), 1}};
  };
  for (std::size_t i = 0; i <= RequestMemory::kWatchedAccountsMax; ++i)
    EXPECT_EQ(Legacy(account(i), "a"), "");
  Tick(kNow + 60'001, kNow + 60'001);
  EXPECT_EQ(Legacy(account(1), "a"), "replayed");
  EXPECT_EQ(Legacy(account(0), "a"), "");
}

}  // namespace
}  // namespace passport::core
