// The first released forms of backups: what operators sign, what leaves an enclave, what comes back into one.
// One that no longer reads is a node that does not come back.
#include <gtest/gtest.h>

#include "tests/golden/golden.h"
#include "trusted/core/backup_messages.h"
#include "trusted/core/own_records.h"

namespace passport::golden {
namespace {

crypto::SigningKey OperatorKey(std::uint8_t first) {
  return crypto::SigningKey(crypto::SecretKey32(Numbered<32>(first)));
}

core::BackupStatement SampleBackupStatement(core::BackupKind kind) {
  core::BackupStatement out;
  out.network = Numbered<16>(0x70);
  out.node = PartyIndex{2};
  out.number = 1'700'000'000'000;
  out.expires_unix_ms = 1'700'000'060'000;
  out.kind = kind;
  if (kind == core::BackupKind::kRestore) {
    out.backup = Numbered<32>(0x20);
    out.to = Numbered<32>(0x40);
  } else {
    for (const std::uint8_t party : {std::uint8_t{1}, std::uint8_t{3}})
      out.holders[PartyIndex{party}] = crypto::PublicX25519(core::HolderKeyOf(OperatorKey(party)));
  }
  for (const std::uint8_t party : {std::uint8_t{1}, std::uint8_t{3}})
    out.signatures[PartyIndex{party}] = OperatorKey(party).Sign(out.SignedHash());
  return out;
}

template <class T>
void ExpectBackupForm(const std::string& name, const T& sample) {
  WriteMissing(name, sample.Encode());
  EXPECT_EQ(ToHex(ReadGolden(name)), ToHex(sample.Encode())) << name;
  EXPECT_TRUE(RoundTrips<T>(name)) << name;
}

TEST(GoldenBackup, StatementsAndWhatGoesWithThemAreUnderstood) {
  const auto restore = SampleBackupStatement(core::BackupKind::kRestore);
  ExpectBackupForm("statement-backup-v1.bin", SampleBackupStatement(core::BackupKind::kExport));
  ExpectBackupForm("statement-restore-v1.bin", restore);
  ExpectBackupForm("backup-chunk-request-v1.bin", core::BackupChunkRequest{7});
  ExpectBackupForm("backup-chunk-v1.bin", core::BackupChunk{true, ToBytes(Numbered<20>(1))});
  ExpectBackupForm(
      "restore-order-v1.bin",
      core::RestoreOrder{sealing::QuorumKey::Parse(ReadGolden("quorum-key-v1.bin")).value(), restore});
  ExpectBackupForm("restore-share-v1.bin", core::RestoreShare{PartyIndex{3}, ToBytes(Numbered<80>(2))});
  ExpectBackupForm("restore-chunk-v1.bin", core::RestoreChunk{ToBytes(Numbered<20>(3))});
}

TEST(GoldenBackup, TheStreamOfAnEarlierBuildGivesItsRecords) {
  const auto sealer = [] { return sealing::QuorumSealer(crypto::SecretKey32(Numbered<32>(0x11)), {4, 3}); };
  const RecordId first{Numbered<32>(1)};
  const RecordId second{Numbered<32>(2)};
  crypto::SeededRng rng(std::uint64_t{7});
  sealing::BackupWriter writer(sealer(), 99);
  writer.Add(first, Numbered<30>(5), rng);
  writer.Add(second, Bytes{}, rng);
  WriteMissing("backup-stream-v1.bin", writer.Finish(rng));
  sealing::BackupReader reader(sealer());
  const auto records = reader.Take(ReadGolden("backup-stream-v1.bin"));
  ASSERT_TRUE(records.ok() && records.value().size() == 2);
  EXPECT_TRUE(reader.complete());
  EXPECT_EQ(reader.head_counter(), 99u);
  EXPECT_EQ(records.value()[0].id, first);
  EXPECT_EQ(ToBytes(records.value()[0].plaintext.Expose()), ToBytes(Numbered<30>(5)));
  EXPECT_EQ(records.value()[1].id, second);
}

// Another derivation would lose the shares of every backup that there is.
TEST(GoldenBackup, TheKeyOfAHolderStaysWhatItWas) {
  EXPECT_EQ(ToHex(crypto::PublicX25519(core::HolderKeyOf(OperatorKey(1)))),
            "c7082b765e39441655f2bee4f06bf8c923d63a08f15c80e90df2b380053cbb59");
}

}  // namespace
}  // namespace passport::golden
