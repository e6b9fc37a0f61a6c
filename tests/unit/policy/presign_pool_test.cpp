// The presignature pool: handed out once, bounded, shared fairly, and dropped when what it rests on changes.
#include "trusted/core/presign_pool.h"

#include <gtest/gtest.h>

namespace passport::core {
namespace {

static_assert(!std::is_copy_constructible_v<PooledPresignature>);
static_assert(!std::is_copy_assignable_v<PooledPresignature>);

class PresignPoolTest : public ::testing::Test {
 protected:
  static constexpr PartyIndex kOne{1}, kTwo{2}, kThree{3};
  static constexpr std::uint64_t kNowMs = 1'700'000'000'000;

  template <class Id>
  static Id Named(std::uint32_t number) {
    Id out{};
    const auto bytes = crypto::Le32(number);
    std::ranges::copy(bytes, out.bytes.end() - 4);
    return out;
  }

  PresignPoolTest() { outbox.Begin(effects); }
  ~PresignPoolTest() override { outbox.End(); }

  PresignPool Make(PresignConfig config = {}) {
    PresignPool out(config, 3, outbox);
    out.OnTick(kNowMs, now_ms += 1'000);
    return out;
  }
  PooledPresignature Presignature(std::uint32_t scope, std::uint32_t key, PartyIndex leader = kOne,
                                  std::vector<PartyIndex> quorum = {kOne, kTwo}) {
    PooledPresignature out;
    out.leader = leader;
    out.scope = {Named<RecordId>(scope), 1, {}};
    out.account = {Named<RecordId>(1'000 + key), 2, {}};
    out.expires_unix_ms = kNowMs + 1'000;
    sign::Session& session = out.presignature.session;
    session.ssid = Named<RecordId>(++made).bytes;
    session.key = out.key.id = Named<KeyId>(key);
    session.quorum = quorum;
    for (const PartyIndex party : quorum) {
      if (party != kOne) session.setups.emplace(party, SetupId{});
    }
    return out;
  }
  Hash32 Add(PresignPool& pool, PooledPresignature what) {
    const Hash32 ssid = what.presignature.session.ssid;
    pool.Add({}, std::move(what));
    return ssid;
  }
  std::optional<PresignPool::Claimed> Claim(PresignPool& pool, std::uint32_t scope, std::uint32_t key) {
    return pool.Claim(kOne, {Named<KeyId>(key)}, {Named<RecordId>(scope), 1, {}},
                      {Named<RecordId>(1'000 + key), 2, {}}, [](const auto&) { return true; });
  }
  static std::uint64_t Lost(const PresignPool& pool, PresignLoss loss) {
    return pool.counts().lost[static_cast<std::size_t>(loss)];
  }

  edl::Effects effects;
  Outbox outbox;
  std::uint32_t made = 0;
  std::uint64_t now_ms = 10'000;
};

TEST_F(PresignPoolTest, APresignatureIsTakenOnceAndOnlyByItsLeader) {
  PresignPool pool = Make();
  const Hash32 ssid = Add(pool, Presignature(1, 1));
  EXPECT_FALSE(pool.Take(ssid, kTwo).has_value());
  EXPECT_FALSE(pool.Take(Hash32{}, kOne).has_value());
  EXPECT_EQ(pool.size(), 1u);
  const auto taken = pool.Take(ssid, kOne);
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->presignature.session.ssid, ssid);
  EXPECT_EQ(pool.size(), 0u);
  EXPECT_FALSE(pool.Take(ssid, kOne).has_value());
}

TEST_F(PresignPoolTest, ItIsClaimedOnceAndOnlyWhenAllSignersHoldIt) {
  PresignPool pool = Make();
  const Hash32 ssid = Add(pool, Presignature(1, 1));
  EXPECT_FALSE(Claim(pool, 1, 1).has_value());
  pool.Confirm(ssid);
  EXPECT_FALSE(Claim(pool, 1, 2).has_value()) << "another key";
  EXPECT_FALSE(Claim(pool, 2, 1).has_value()) << "another scope";
  const auto claimed = Claim(pool, 1, 1);
  ASSERT_TRUE(claimed.has_value());
  EXPECT_EQ(claimed->ssid, ssid);
  EXPECT_FALSE(Claim(pool, 1, 1).has_value());
  EXPECT_TRUE(pool.Take(ssid, kOne).has_value()) << "what was claimed is there for its message";
}

TEST_F(PresignPoolTest, OtherRecordVersionsOrSignersThatMayNotBeAskedClaimNothing) {
  PresignPool pool = Make();
  pool.Confirm(Add(pool, Presignature(1, 1)));
  const RecordRef scope{Named<RecordId>(1), 1, {}}, account{Named<RecordId>(1'001), 2, {}};
  const auto any = [](const auto&) { return true; };
  const PresignedKey key{Named<KeyId>(1)};
  EXPECT_FALSE(pool.Claim(kOne, key, {scope.id, 2, {}}, account, any).has_value());
  EXPECT_FALSE(pool.Claim(kOne, key, scope, {account.id, 3, {}}, any).has_value());
  EXPECT_FALSE(pool.Claim(kTwo, key, scope, account, any).has_value());
  EXPECT_FALSE(pool.Claim(kOne, key, scope, account, [](const auto&) { return false; }).has_value());
  EXPECT_TRUE(pool.Claim(kOne, key, scope, account, any).has_value());
}

// It was made for one path and by the shares of one epoch: nothing of it can be chosen afterwards.
TEST_F(PresignPoolTest, AnotherPathOrEpochOfTheKeyClaimsNothing) {
  PresignPool pool = Make();
  const RecordRef scope{Named<RecordId>(1), 1, {}}, account{Named<RecordId>(1'001), 2, {}};
  const auto any = [](const auto&) { return true; };
  const PresignedKey root{Named<KeyId>(1)};
  PresignedKey derived = root, refreshed = root;
  derived.path[31] = 1;
  refreshed.epoch = 1;
  for (const PresignedKey& key : {root, derived, refreshed}) {
    PooledPresignature what = Presignature(1, 1);
    what.key = key;
    const Hash32 ssid = Add(pool, std::move(what));
    pool.Confirm(ssid);
    EXPECT_EQ(pool.CountOf(kOne, key, {kOne, kTwo}), 1u);
    for (const PresignedKey& other : {root, derived, refreshed}) {
      if (other == key) continue;
      EXPECT_FALSE(pool.Claim(kOne, other, scope, account, any).has_value());
    }
    EXPECT_TRUE(pool.Claim(kOne, key, scope, account, any).has_value());
    EXPECT_TRUE(pool.Take(ssid, kOne).has_value());
  }
}

TEST_F(PresignPoolTest, OfOneKeySetAndLeaderThereAreTwo) {
  PresignPool pool = Make();
  const Hash32 first = Add(pool, Presignature(1, 1));
  const Hash32 second = Add(pool, Presignature(1, 1));
  const Hash32 other_set = Add(pool, Presignature(1, 1, kOne, {kOne, kThree}));
  const Hash32 other_leader = Add(pool, Presignature(1, 1, kTwo));
  const Hash32 third = Add(pool, Presignature(1, 1));
  EXPECT_EQ(pool.CountOf(kOne, {Named<KeyId>(1)}, {kOne, kTwo}), 2u);
  EXPECT_FALSE(pool.Take(first, kOne).has_value()) << "the oldest gave way";
  EXPECT_TRUE(pool.Take(second, kOne).has_value());
  EXPECT_TRUE(pool.Take(third, kOne).has_value());
  EXPECT_TRUE(pool.Take(other_set, kOne).has_value());
  EXPECT_TRUE(pool.Take(other_leader, kTwo).has_value());
}

TEST_F(PresignPoolTest, AScopeThatFillsThePoolPushesOutItsOwnOnly) {
  PresignPool pool = Make({.total_max = 90});  // 30 for each leader
  std::vector<Hash32> victims;
  for (std::uint32_t key = 0; key < 8; ++key) victims.push_back(Add(pool, Presignature(1, key)));
  for (std::uint32_t key = 100; key < 10'100; ++key) Add(pool, Presignature(2, key));
  EXPECT_EQ(pool.size(), 8u + 15u) << "half of the shelf";
  for (const Hash32& ssid : victims) EXPECT_TRUE(pool.Take(ssid, kOne).has_value());
}

TEST_F(PresignPoolTest, ManyHostileScopesLeaveAScopeAsManyAsTheyHave) {
  PresignPool pool = Make({.total_max = 90});
  std::vector<Hash32> victims;
  for (std::uint32_t key = 0; key < 3; ++key) victims.push_back(Add(pool, Presignature(1, key)));
  for (std::uint32_t key = 100; key < 1'100; ++key) Add(pool, Presignature(2 + key % 9, key));
  EXPECT_EQ(pool.size(), 30u);
  for (const Hash32& ssid : victims) EXPECT_TRUE(pool.Take(ssid, kOne).has_value());
}

TEST_F(PresignPoolTest, ALeaderThatFillsItsShelfPushesOutItsOwnOnly) {
  PresignPool pool = Make({.total_max = 90});
  const Hash32 own = Add(pool, Presignature(1, 1));
  for (std::uint32_t key = 0; key < 1'000; ++key) Add(pool, Presignature(1, key, kTwo));
  EXPECT_EQ(pool.size(), 31u);
  EXPECT_TRUE(pool.Take(own, kOne).has_value());
}

TEST_F(PresignPoolTest, AUseOfAKeyKeepsItsOtherPresignature) {
  PresignPool pool = Make({.total_max = 90});
  pool.Add({}, Presignature(9, 9));  // a second scope: its share is 15
  const Hash32 used = Add(pool, Presignature(1, 0));
  const Hash32 sibling = Add(pool, Presignature(1, 0));
  const Hash32 idle = Add(pool, Presignature(1, 1));
  EXPECT_TRUE(pool.Take(used, kOne).has_value());
  for (std::uint32_t key = 2; key < 16; ++key) pool.Add({}, Presignature(1, key));
  EXPECT_FALSE(pool.Take(idle, kOne).has_value());
  EXPECT_TRUE(pool.Take(sibling, kOne).has_value());
}

TEST_F(PresignPoolTest, ItIsDroppedWithASetupAndWithARecordsVersion) {
  PresignPool pool = Make();
  const Hash32 with_two = Add(pool, Presignature(1, 1));
  const Hash32 with_three = Add(pool, Presignature(2, 2, kOne, {kOne, kThree}));
  pool.OnSetupLost(kTwo);
  EXPECT_FALSE(pool.Take(with_two, kOne).has_value());
  EXPECT_EQ(Lost(pool, PresignLoss::kPairLost), 1u);
  pool.OnVersion(Named<RecordId>(2), 1);
  pool.OnVersion(Named<RecordId>(1'002), 2);
  EXPECT_EQ(pool.size(), 1u) << "those are the versions it was made by";
  pool.OnVersion(Named<RecordId>(2), 2);
  EXPECT_FALSE(pool.Take(with_three, kOne).has_value());
  const Hash32 of_account = Add(pool, Presignature(2, 2));
  pool.OnVersion(Named<RecordId>(1'002), 3);
  EXPECT_FALSE(pool.Take(of_account, kOne).has_value());
  EXPECT_EQ(Lost(pool, PresignLoss::kRecordChanged), 2u);
}

TEST_F(PresignPoolTest, ItExpiresByTheMillisecondAndIsSweptWithinASecond) {
  PresignPool pool = Make();
  const Hash32 first = Add(pool, Presignature(1, 1));
  const Hash32 second = Add(pool, Presignature(1, 2));
  pool.Confirm(second);
  pool.OnTick(kNowMs + 999, now_ms + 1);
  EXPECT_TRUE(Claim(pool, 1, 2).has_value());
  EXPECT_TRUE(pool.Take(first, kOne).has_value());
  const Hash32 third = Add(pool, Presignature(1, 3));
  pool.Confirm(third);
  pool.OnTick(kNowMs + 1'000, now_ms + 2);
  EXPECT_FALSE(Claim(pool, 1, 3).has_value());
  EXPECT_FALSE(pool.Take(third, kOne).has_value()) << "and is gone";
  pool.OnTick(kNowMs + 1'000, now_ms + 1'000);
  EXPECT_EQ(pool.size(), 0u);
  EXPECT_EQ(Lost(pool, PresignLoss::kExpired), 2u);
}

}  // namespace
}  // namespace passport::core
