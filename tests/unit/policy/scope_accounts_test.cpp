// Accounts of a scope, counted by an enclave for itself (trusted/core/scope_accounts.h).
#include "trusted/core/scope_accounts.h"

#include <gtest/gtest.h>

#include "trusted/policy/account.h"
#include "trusted/policy/scope.h"

namespace passport::core {
namespace {

constexpr ScopeId kLimited{{1}};
constexpr ScopeId kOpen{{2}};

sealing::SealingKeys NoKeys() {
  sealing::SealingKeys keys;
  keys.unique = crypto::SecretKey32(Hash32{});
  keys.product = crypto::SecretKey32(Hash32{});
  return keys;
}

class ScopeAccountsTest : public ::testing::Test {
 protected:
  ScopeAccountsTest() {
    outbox.Begin(effects);
    PutScope(kLimited, R"({"limits":{"accounts":2}})");
    PutScope(kOpen, "{}");
  }
  void PutScope(const ScopeId& id, const char* config) {
    replica::Register value;
    value.committed.version = {1, {}, policy::Scope{id, {}, config, {}}.Encode()};
    records.PutRegister(policy::ScopeRecordId(id), std::move(value));
  }
  // As a node does with what it accepts (tentative) or learns (committed).
  void Store(const ScopeId& scope, std::string_view user, bool accepted) {
    policy::Account account;
    account.scope = scope;
    const RecordId id = policy::AccountRecordId(scope, user);
    replica::Register value;
    if (const replica::Register* before = records.FindRegister(id).second) value = *before;
    const replica::Version version{value.committed.version.number + 1, {}, account.Encode()};
    if (accepted) {
      value.Hold({{1, PartyIndex{1}}, version, {}});
    } else {
      value.committed.version = version;
      value.tentative.reset();
    }
    accounts.OnStore(id, value);
    records.PutRegister(id, std::move(value));
  }
  edl::Effects effects;
  Outbox outbox;
  crypto::SeededRng rng{1};
  RecordBook records{NoKeys(), 64, outbox, rng};
  ScopeAccounts accounts{records};
};

TEST_F(ScopeAccountsTest, EachAccountCountsOnceHoweverItCame) {
  EXPECT_TRUE(accounts.HasRoom(kLimited, 2));
  Store(kLimited, "alice", true);
  Store(kLimited, "alice", true);
  Store(kLimited, "alice", false);
  Store(kLimited, "alice", false);
  EXPECT_TRUE(accounts.HasRoom(kLimited, 2));
  EXPECT_FALSE(accounts.HasRoom(kLimited, 1));
  Store(kLimited, "bob", false);
  EXPECT_FALSE(accounts.HasRoom(kLimited, 2));
  EXPECT_TRUE(accounts.HasRoom(kLimited, 3));
}

TEST_F(ScopeAccountsTest, OnlyScopesWithALimitAreCounted) {
  for (const char* user : {"alice", "bob", "carol"}) Store(kOpen, user, true);
  EXPECT_TRUE(accounts.HasRoom(kOpen, 1));
  PutScope(kOpen, R"({"limits":{"accounts":1}})");
  Store(kOpen, "dave", true);
  EXPECT_FALSE(accounts.HasRoom(kOpen, 1));
  PutScope(kOpen, "{}");
  Store(kOpen, "erin", true);
  EXPECT_FALSE(accounts.HasRoom(kOpen, 2)) << "and from then on";
}

TEST_F(ScopeAccountsTest, TheCountOutlivesARestart) {
  Store(kLimited, "alice", true);
  Store(kLimited, "bob", true);
  EXPECT_FALSE(ScopeAccounts(records).HasRoom(kLimited, 2));
  ScopeAccounts again(records);
  const Bytes good = accounts.Encode();
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(again.Load(ByteSpan(good).first(size)).ok());
  EXPECT_TRUE(again.Load(good).ok());
  EXPECT_EQ(again.Encode(), good);
}

TEST_F(ScopeAccountsTest, AScopeThatCannotBeCountedHasNoRoom) {
  Writer full;
  full.U8(1).U32(ScopeAccounts::kScopesMax);
  for (std::uint32_t i = 0; i < ScopeAccounts::kScopesMax; ++i) full.U32(i).U64(7).U32(0).U32(5);
  ASSERT_TRUE(accounts.Load(full.bytes()).ok());
  EXPECT_FALSE(accounts.HasRoom(kLimited, 1'000));
}

}  // namespace
}  // namespace passport::core
