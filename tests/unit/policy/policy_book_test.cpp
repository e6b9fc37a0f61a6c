// What follows a stored policy (trusted/core/policy_book.h), also one that this version cannot read.
#include "trusted/core/policy_book.h"

#include <gtest/gtest.h>

namespace passport::core {
namespace {

const std::string kImages = R"("measurements":[")" + std::string(64, 'a') + R"("])";

std::string FileOf(unsigned version, const std::string& more = "", unsigned age_s = 600) {
  return R"({"version":)" + std::to_string(version) + R"(,"providers":{"none":{}},)" + kImages +
         R"(,"evidence_age_max_s":)" + std::to_string(age_s) + more + "}";
}

class PolicyBookTest : public ::testing::Test {
 protected:
  PolicyBookTest() {
    outbox.Begin(effects);
    own.node = PartyIndex{1};
    manifest.n = 3;
    manifest.t = 2;
    own.measurement.fill(0xaa);
  }
  static sealing::SealingKeys Keys() {
    sealing::SealingKeys keys;
    keys.unique = crypto::SecretKey32(Hash32{});
    keys.product = crypto::SecretKey32(Hash32{});
    return keys;
  }
  // As an enclave of an earlier version left it.
  void StoreAsFormat1(const std::string& file) {
    records.PutOwn(policy::RecordKind::kPolicy, Writer().U8(1).Text(file).Take());
  }
  void Store(const StoredPolicy& stored) { records.PutOwn(policy::RecordKind::kPolicy, stored.Encode()); }
  Status Follow(PolicyBook& book, const std::string& file) {
    PolicyStatement statement;
    statement.file = file;
    return StatusOf(book.Take(statement, own));
  }
  Status Recover(PolicyBook& book, const std::string& file) {
    PolicyStatement statement;
    statement.file = file;
    statement.replaces[own.node] = {BootId{}, book.policy().hash};
    return StatusOf(book.Take(statement, own));
  }
  static Status StatusOf(const Result<Unit>& result) { return result.ok() ? Status::kOk : result.error(); }
  // Sessions with as many peers as prove a policy.
  static void Prove(PolicyBook& book) {
    for (const PartyIndex peer : {PartyIndex{2}, PartyIndex{3}})
      book.OnSessionOpened(peer, book.policy().hash);
  }
  PolicyBook Load() { return PolicyBook(manifest, records); }

  edl::Effects effects;
  Outbox outbox;
  crypto::SeededRng rng{1};
  RecordBook records{Keys(), 8, outbox, rng};
  peer::Manifest manifest;  // a devnet's
  claims::Claims own;
};

TEST_F(PolicyBookTest, RemembersOverRestartsWhetherASessionHasOpenedUnderIt) {
  PolicyBook book = Load();
  ASSERT_EQ(Follow(book, FileOf(1)), Status::kOk);
  EXPECT_FALSE(Load().proven());
  Prove(book);
  EXPECT_TRUE(Load().proven());
  ASSERT_EQ(Follow(book, FileOf(2, "", 300)), Status::kOk);
  PolicyBook again = Load();
  EXPECT_FALSE(again.proven());
  EXPECT_EQ(again.policy().version, 2u);
  EXPECT_EQ(Follow(again, FileOf(3, "", 600)), Status::kWeakerAge);
  EXPECT_EQ(Recover(again, FileOf(3, "", 601)), Status::kWeakerAge);
  EXPECT_EQ(Recover(again, FileOf(3, "", 600)), Status::kOk);
  Prove(again);
  EXPECT_EQ(Recover(again, FileOf(4, "", 600)), Status::kOk);
  EXPECT_EQ(Recover(again, FileOf(5, "", 601)), Status::kWeakerAge);
}

// Two that never worked, one after the other, do not lower what worked before them.
TEST_F(PolicyBookTest, WhatWorkedLastStaysTheLeastThroughAnyNumberThatDidNot) {
  PolicyBook book = Load();
  ASSERT_EQ(Follow(book, FileOf(1)), Status::kOk);
  Prove(book);
  for (unsigned version = 2; version < 5; ++version) ASSERT_EQ(Recover(book, FileOf(version)), Status::kOk);
  PolicyBook again = Load();
  EXPECT_EQ(Recover(again, FileOf(5, "", 601)), Status::kWeakerAge);
}

// Fewer than t peers may lie about what they have; one that has another policy shows nothing about this one.
TEST_F(PolicyBookTest, IsProvenByTPeersThatHaveItThemselves) {
  PolicyBook book = Load();
  ASSERT_EQ(Follow(book, FileOf(1)), Status::kOk);
  const Hash32 hash = book.policy().hash;
  book.OnSessionOpened(PartyIndex{2}, hash);
  book.OnSessionOpened(PartyIndex{2}, hash);
  book.OnSessionOpened(PartyIndex{3}, {});
  book.OnSessionOpened(PartyIndex{3}, Hash32{1});
  EXPECT_FALSE(book.proven());
  ASSERT_EQ(Follow(book, FileOf(2)), Status::kOk);
  book.OnSessionOpened(PartyIndex{3}, book.policy().hash);
  EXPECT_FALSE(book.proven()) << "the other peer had the policy before";
  book.OnSessionOpened(PartyIndex{2}, book.policy().hash);
  EXPECT_TRUE(book.proven());
}

TEST_F(PolicyBookTest, WhoseBaseCannotBeReadIsNotWeakened) {
  Store({FileOf(3, "", 300), false, FileOf(2, R"(,"minimum_moat":7)")});
  PolicyBook book = Load();
  EXPECT_TRUE(book.readable());
  EXPECT_EQ(Recover(book, FileOf(4, "", 301)), Status::kWeakerAge);
  EXPECT_EQ(Recover(book, FileOf(4, "", 300)), Status::kOk);
}

TEST_F(PolicyBookTest, OfAnEarlierFormatCountsAsProven) {
  StoreAsFormat1(FileOf(4));
  PolicyBook book = Load();
  EXPECT_TRUE(book.readable() && book.proven());
  EXPECT_EQ(Recover(book, FileOf(5, "", 601)), Status::kWeakerAge);
  EXPECT_EQ(Follow(book, FileOf(5)), Status::kOk);
}

// Written by a build that took any name.
TEST_F(PolicyBookTest, WithALayerThatThereIsNotIsFollowedByOneWithoutIt) {
  StoreAsFormat1(FileOf(4, R"(,"required_layers":["secomp"])"));
  PolicyBook book = Load();
  EXPECT_TRUE(book.readable());
  EXPECT_EQ(StatusOf(claims::JudgeClaims(own, book.policy())), Status::kAttestLayers);
  EXPECT_EQ(Recover(book, FileOf(5)), Status::kOk);
}

TEST_F(PolicyBookTest, ThatCannotBeReadKeepsItsVersionAcceptsNobodyAndIsReplaced) {
  Store({FileOf(150, R"(,"minimum_moat":7)"), true, ""});
  PolicyBook book = Load();
  EXPECT_FALSE(book.readable());
  EXPECT_EQ(book.policy().version, 150u);
  EXPECT_NE(book.policy().hash, Hash32{});
  EXPECT_EQ(StatusOf(claims::JudgeClaims(own, book.policy())), Status::kAttestProvider);
  EXPECT_EQ(Follow(book, FileOf(151)), Status::kPolicyWeaker);
  EXPECT_EQ(Recover(book, FileOf(150)), Status::kPolicyVersion);
  EXPECT_EQ(Recover(book, FileOf(151)), Status::kOk);
  EXPECT_TRUE(book.readable());
  EXPECT_EQ(Load().policy().version, 151u);
}

// Its base still is what the next one is compared with.
TEST_F(PolicyBookTest, ThatCannotBeReadAndNeverWorkedIsReplacedByNothingWeakerThanWhatDid) {
  Store({FileOf(3, R"(,"minimum_moat":7)"), false, FileOf(2, R"(,"minimum_svn":0)", 300)});
  PolicyBook book = Load();
  EXPECT_EQ(Recover(book, FileOf(4, "", 301)), Status::kWeakerAge);
  EXPECT_EQ(Recover(book, FileOf(4, "", 300)), Status::kOk);
}

TEST_F(PolicyBookTest, DamagedAcceptsNobodyEither) {
  records.PutOwn(policy::RecordKind::kPolicy, Writer().U8(9).Take());
  PolicyBook book = Load();
  EXPECT_FALSE(book.readable());
  EXPECT_TRUE(book.policy().providers.empty());
  EXPECT_EQ(Recover(book, FileOf(1)), Status::kOk);
}

TEST_F(PolicyBookTest, RemembersWhatItCouldNotTakeUntilItTakesOne) {
  PolicyBook book = Load();
  EXPECT_EQ(Follow(book, FileOf(1, R"(,"minimum_svn":3)")), Status::kAttestSvn);
  ASSERT_TRUE(book.unmet());
  EXPECT_EQ(book.unmet()->version, 1u);
  EXPECT_EQ(book.unmet()->shortfall, "minimum_svn is 3, the release has 0");
  EXPECT_EQ(book.policy().version, 0u);
  EXPECT_EQ(Follow(book, FileOf(2)), Status::kOk);
  EXPECT_FALSE(book.unmet());
}

}  // namespace
}  // namespace passport::core
