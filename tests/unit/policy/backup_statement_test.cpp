// Who may order a backup or a restore, of what, and into what.
#include "trusted/core/backup_statement.h"

#include <gtest/gtest.h>

#include "trusted/crypto/identity.h"

namespace passport::core {
namespace {

constexpr TimeBounds kNow{1'000'000, 1'000'500};

crypto::SigningKey OperatorKeyOf(std::uint8_t party) {
  return crypto::SigningKey(crypto::SecretKey32(ByteArray<32>{party, 9}));
}

class BackupStatements : public testing::Test {
 protected:
  BackupStatements() {
    manifest.network_id[0] = 7;
    manifest.n = 3;
    manifest.t = 2;
    for (std::uint8_t party = 1; party <= 3; ++party) {
      peer::ManifestRow& row = manifest.rows.emplace_back();
      row.party = PartyIndex{party};
      row.operator_key = OperatorKeyOf(party).public_key();
      backup.holders[PartyIndex{party}] = crypto::PublicX25519(HolderKeyOf(OperatorKeyOf(party)));
    }
    backup.network = restore.network = manifest.network_id;
    backup.node = restore.node = PartyIndex{2};
    backup.number = restore.number = 1'000'000;
    backup.expires_unix_ms = restore.expires_unix_ms = 2'000'000;
    restore.kind = BackupKind::kRestore;
    restore.backup[3] = 4;
    restore.to[5] = 6;
  }
  static void Sign(BackupStatement& statement, const std::vector<std::uint8_t>& by = {1, 3}) {
    statement.signatures.clear();
    for (const std::uint8_t party : by)
      statement.signatures[PartyIndex{party}] = OperatorKeyOf(party).Sign(statement.SignedHash());
  }
  Status Verify(BackupStatement statement, const std::vector<std::uint8_t>& by = {1, 3},
                std::uint64_t last = 0, std::optional<TimeBounds> now = kNow) {
    Sign(statement, by);
    const auto verified = VerifyStatement(statement, manifest, PartyIndex{2}, last, now);
    return verified.ok() ? Status::kOk : verified.error();
  }
  peer::Manifest manifest;
  BackupStatement backup;
  BackupStatement restore;
};

TEST_F(BackupStatements, OfTOperatorsAreTakenOnceAndInTime) {
  for (const BackupStatement& each : {backup, restore}) {
    EXPECT_EQ(Verify(each), Status::kOk);
    EXPECT_EQ(Verify(each, {1, 2, 3}), Status::kOk);
    EXPECT_EQ(Verify(each, {1}), Status::kDenied);
    EXPECT_EQ(Verify(each, {1, 4}), Status::kPeerUnknown);
    EXPECT_EQ(Verify(each, {1, 3}, each.number), Status::kPeerReplay);
    EXPECT_EQ(Verify(each, {1, 3}, 0, TimeBounds{2'000'000, 2'000'000}), Status::kPeerReplay);
    BackupStatement other = each;
    other.network[0] ^= 1;
    EXPECT_EQ(Verify(other), Status::kPeerUnknown);
    other = each;
    other.node = PartyIndex{3};
    EXPECT_EQ(Verify(other), Status::kPeerUnknown);
  }
}

// The host's clock alone lets no records out.
TEST_F(BackupStatements, WithoutATimeOnlyARestoreIsTaken) {
  EXPECT_EQ(Verify(backup, {1, 3}, 0, std::nullopt), Status::kPeerReplay);
  EXPECT_EQ(Verify(restore, {1, 3}, 0, std::nullopt), Status::kOk);
  EXPECT_EQ(Verify(restore, {1, 3}, restore.number, std::nullopt), Status::kPeerReplay);
}

TEST_F(BackupStatements, ShareTheKeyAmongTOperatorsOfTheNetworkAtLeast) {
  BackupStatement other = backup;
  other.holders.erase(PartyIndex{1});
  EXPECT_EQ(Verify(other), Status::kOk);
  other.holders.erase(PartyIndex{2});
  EXPECT_EQ(Verify(other), Status::kDenied);
  other = backup;
  other.holders[PartyIndex{1}] = other.holders[PartyIndex{2}];
  EXPECT_EQ(Verify(other), Status::kDenied);
  other = backup;
  other.holders[PartyIndex{4}] = {1};
  EXPECT_EQ(Verify(other), Status::kPeerUnknown);
}

TEST_F(BackupStatements, EveryByteIsSignedOrRefused) {
  for (BackupStatement each : {backup, restore}) {
    Sign(each);
    const Bytes good = each.Encode();
    ASSERT_TRUE(BackupStatement::Parse(good).ok());
    EXPECT_EQ(BackupStatement::Parse(good).value().Encode(), good);
    for (std::size_t at = 0; at < good.size(); ++at) {
      EXPECT_FALSE(BackupStatement::Parse(ByteSpan(good).first(at)).ok());
      Bytes changed = good;
      changed[at] ^= 1;
      const auto parsed = BackupStatement::Parse(changed);
      EXPECT_FALSE(parsed.ok() && VerifyStatement(parsed.value(), manifest, PartyIndex{2}, 0, kNow).ok())
          << at;
    }
    Bytes longer = good;
    longer.push_back(0);
    EXPECT_FALSE(BackupStatement::Parse(longer).ok());
  }
}

// Lost shares are lost backups: the derivation never changes.
TEST(BackupHolder, KeyIsNotTheKeyThatSigns) {
  EXPECT_NE(HolderKeyOf(OperatorKeyOf(1)).Expose(), OperatorKeyOf(1).seed().Expose());
  EXPECT_EQ(HolderKeyOf(OperatorKeyOf(1)).Expose(), HolderKeyOf(OperatorKeyOf(1)).Expose());
}

}  // namespace
}  // namespace passport::core
