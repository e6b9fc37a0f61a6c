// A lost node comes back from its backup on another machine, whole or not at all, and signs with no share of
// the backup (docs/adr/0021).
#include "tests/sim/backup_fixture.h"

namespace passport::sim {
namespace {

using core::BackupStatement;
using policy::RecordKind;

using BackupRestored = BackupTest;

// Whether a new node has nothing but the keys that it made at its first start, and still waits.
::testing::AssertionResult IsEmpty(Network& network, PartyIndex node) {
  if (network.PhaseOf(node) != edl::Phase::kWaiting) return ::testing::AssertionFailure() << "it serves";
  if (network.Disk(node).size() != 2) return ::testing::AssertionFailure() << network.Disk(node).size();
  return ::testing::AssertionSuccess();
}

TEST_F(BackupRestored, BringsANodeBackThatSignsOnlyAfterARefresh) {
  const std::size_t shares = Count(kThree, RecordKind::kKeyShare);
  ASSERT_GT(shares, 0u);
  const Bytes identity = ToBytes(network.Steal(kThree).identity.public_key());
  const BackupFile backup = Export(kThree);
  Bring(kThree, backup);
  EXPECT_EQ(ToBytes(network.Steal(kThree).identity.public_key()), identity);
  EXPECT_EQ(Count(kThree, RecordKind::kKeyShare), 0u);
  EXPECT_EQ(Count(kThree, RecordKind::kRestoredShare), shares);
  network.Run(5'000);  // nobody repairs what it has in the backup
  EXPECT_EQ(Count(kThree, RecordKind::kKeyShare), 0u);
  EXPECT_TRUE(Says(kThree, "which came back from a backup"));
  EXPECT_TRUE(world.Signs(kThree));  // by the two others
  EXPECT_FALSE(PairSigns(kThree, kOne));
  EXPECT_FALSE(PairSigns(kTwo, kOne));
  ASSERT_TRUE(world.Restore());
  Refresh();
  EXPECT_EQ(Count(kThree, RecordKind::kRestoredShare), 0u);
  EXPECT_EQ(Count(kThree, RecordKind::kKeyShare), shares);
  EXPECT_FALSE(Says(kThree, "which came back from a backup"));
  EXPECT_TRUE(PairSigns(kThree, kOne));
  EXPECT_TRUE(PairSigns(kTwo, kOne));
}

// Of two restored nodes and one that was not, at least one restored share has to deal.
TEST_F(BackupRestored, OfTwoNodesLeavesEnoughToRefresh) {
  const BackupFile two = Export(kTwo);
  const BackupFile three = Export(kThree);
  Bring(kTwo, two);
  Bring(kThree, three);
  EXPECT_FALSE(world.Signs(kOne));
  ASSERT_TRUE(world.Restore());
  Refresh();
  for (const PartyIndex silent : {kOne, kTwo, kThree})
    EXPECT_TRUE(PairSigns(silent == kOne ? kTwo : kOne, silent));
}

// A backup from before a refresh has shares that are worth nothing; a node that has them gets others.
TEST_F(BackupRestored, OfAnOldBackupTakesNothingBack) {
  const BackupFile old = Export(kThree);
  Refresh();
  const std::string bob = Register(network, client, kOne, "bob");
  network.Run(500);
  Bring(kThree, old);
  EXPECT_FALSE(PairSigns(kTwo, kOne));
  ASSERT_TRUE(world.Restore());
  EXPECT_TRUE(network.RunUntil([&] { return Count(kThree, RecordKind::kKeyShare) == 1; }, 60'000))
      << "a key that the backup does not have is repaired";
  Refresh();
  EXPECT_TRUE(PairSigns(kTwo, kOne));
  EXPECT_EQ(Count(kThree, RecordKind::kRestoredShare), 0u);
}

TEST_F(BackupRestored, ThatWasCutLeavesAnEmptyStoreThatCanStartAgain) {
  const BackupFile backup = Export(kThree);
  LoseDisk(kThree);
  for (std::size_t given = 0; given < backup.chunks.size(); ++given) {
    ASSERT_EQ(Restore(kThree, backup, given), Status::kOk);
    EXPECT_TRUE(IsEmpty(network, kThree)) << given;
    network.Kill(kThree);
    network.Start(kThree);
    EXPECT_TRUE(IsEmpty(network, kThree)) << given;
    EXPECT_EQ(Give(kThree, backup.chunks[given]), Status::kNotFound);
  }
  // Begun again without a new start, and killed right after the one transaction.
  ASSERT_EQ(Restore(kThree, backup, backup.chunks.size() - 1), Status::kOk);
  network.on_commit = [](PartyIndex party) { return party != kThree; };
  Restore(kThree, backup);
  network.on_commit = nullptr;
  ASSERT_FALSE(network.up(kThree));
  StartAnew(kThree);
  EXPECT_GT(Count(kThree, RecordKind::kRestoredShare), 0u);
  Refresh();
}

TEST_F(BackupRestored, RefusesEveryOtherChunkAndIsNotSpoilt) {
  const BackupFile backup = Export(kThree);
  const BackupFile other = Export(kThree);
  LoseDisk(kThree);
  ASSERT_EQ(Restore(kThree, backup, 0), Status::kOk);
  for (std::size_t i = 0; i < backup.chunks.size(); ++i) {
    Bytes changed = backup.chunks[i];
    changed[changed.size() / 2] ^= 1;
    EXPECT_EQ(Give(kThree, changed), Status::kUnseal);
    changed = ToBytes(ByteSpan(backup.chunks[i]).first(backup.chunks[i].size() - 1));
    EXPECT_EQ(Give(kThree, changed), Status::kUnseal);
    EXPECT_EQ(Give(kThree, other.chunks[i]), Status::kUnseal);
    for (std::size_t j = 0; j < backup.chunks.size(); ++j) {
      if (j == i) continue;
      EXPECT_EQ(Give(kThree, backup.chunks[j]), Status::kUnseal) << i << " " << j;
    }
    EXPECT_TRUE(IsEmpty(network, kThree));
    EXPECT_EQ(Give(kThree, backup.chunks[i]), Status::kOk);
  }
  StartAnew(kThree);
  Refresh();
}

TEST_F(BackupRestored, TakesKSharesOfThisBackupForThisEnclaveAndStatement) {
  const BackupFile backup = Export(kThree);
  const BackupFile other = Export(kThree);
  LoseDisk(kThree);
  const BackupStatement before = RestoreStatement(kThree, backup);
  LoseDisk(kThree);
  const BackupStatement statement = RestoreStatement(kThree, backup);
  const auto take = [&](const core::RestoreShare& share) { return network.Admin(kThree, share); };
  EXPECT_EQ(take(Share(kOne, backup, statement)), Status::kNotFound);
  ASSERT_EQ(network.Admin(kThree, core::RestoreOrder{backup.key, statement}), Status::kOk);
  EXPECT_EQ(take(Share(kOne, backup, before)), Status::kDecrypt);    // for another enclave
  EXPECT_EQ(take(Share(kOne, other, statement)), Status::kDecrypt);  // of another backup
  BackupStatement later = statement;
  ++later.number;
  EXPECT_EQ(take(Share(kOne, backup, later)), Status::kDecrypt);  // for another restore
  core::RestoreShare changed = Share(kOne, backup, statement);
  changed.holder = kTwo;
  EXPECT_EQ(take(changed), Status::kDecrypt);
  EXPECT_EQ(take(Share(kOne, backup, statement)), Status::kOk);
  EXPECT_EQ(take(Share(kOne, backup, statement)), Status::kPeerReplay);
  EXPECT_EQ(Give(kThree, backup.chunks[0]), Status::kQuorumFew);
  EXPECT_EQ(take(Share(kThree, backup, statement)), Status::kOk);
  for (const Bytes& chunk : backup.chunks) EXPECT_EQ(Give(kThree, chunk), Status::kOk);
  StartAnew(kThree);
  Refresh();
}

TEST_F(BackupRestored, IsOrderedByTOperatorsForThisNodeAndEnclave) {
  const BackupFile backup = Export(kThree);
  const BackupFile other = Export(kTwo);
  LoseDisk(kThree);
  const auto end = [&](const BackupStatement& statement, const BackupFile& file) {
    Status status = network.Admin(kThree, core::RestoreOrder{file.key, statement});
    for (const PartyIndex holder : {kOne, kTwo}) {
      if (status == Status::kOk) status = network.Admin(kThree, Share(holder, file, statement));
    }
    for (std::size_t i = 0; i < file.chunks.size() && status == Status::kOk; ++i)
      status = Give(kThree, file.chunks[i]);
    EXPECT_TRUE(IsEmpty(network, kThree));
    return status;
  };
  EXPECT_EQ(end(RestoreStatement(kThree, backup, {kOne}), backup), Status::kDenied);
  EXPECT_EQ(end(RestoreStatement(kThree, other), other), Status::kBackupContent);
  EXPECT_EQ(end(RestoreStatement(kThree, other), backup), Status::kBackupOther);
  BackupStatement statement = RestoreStatement(kThree, backup);
  statement.to[0] ^= 1;
  Sign(statement, {kOne, kTwo});
  EXPECT_EQ(end(statement, backup), Status::kBackupOther);
  statement = RestoreStatement(kThree, backup);
  statement.number = 1;  // older than what the node had taken
  Sign(statement, {kOne, kTwo});
  EXPECT_EQ(end(statement, backup), Status::kPeerReplay);
  statement = RestoreStatement(kThree, backup);
  statement.signatures[kOne][0] ^= 1;
  EXPECT_EQ(end(statement, backup), Status::kBadSignature);
  ASSERT_EQ(Restore(kThree, backup), Status::kOk);
  StartAnew(kThree);
  Refresh();
}

TEST_F(BackupRestored, NeedsANewRootKeyAndNoOlderRelease) {
  const BackupFile backup = Export(kThree);
  const Sealing made = network.sealing(kThree);
  LoseDisk(kThree);
  const Sealing fresh = network.sealing(kThree);
  for (const auto& [keys, status] :
       {std::pair(Sealing{.svn = made.svn, .key_epoch = made.key_epoch}, Status::kBackupEpoch),
        std::pair(Sealing{.svn = made.svn - 1, .key_epoch = fresh.key_epoch}, Status::kBackupSvn)}) {
    network.Kill(kThree);
    network.Disk(kThree).clear();
    network.sealing(kThree) = keys;
    network.Start(kThree);
    EXPECT_EQ(Restore(kThree, backup), status);
  }
  Bring(kThree, backup);
  Refresh();
}

TEST_F(BackupRestored, HappensOnceAndOnlyIntoANewNode) {
  const BackupFile backup = Export(kThree);
  LoseDisk(kThree);
  const BackupStatement statement = RestoreStatement(kThree, backup);
  const core::RestoreOrder order{backup.key, statement};
  EXPECT_EQ(network.Admin(kOne, order), Status::kBackupStore);
  EXPECT_EQ(network.Admin(kThree, Statement(core::BackupKind::kExport, kThree)), Status::kBadPhase);
  ASSERT_EQ(Restore(kThree, backup), Status::kOk);
  EXPECT_EQ(network.Admin(kThree, order), Status::kBackupRestored);
  EXPECT_EQ(Give(kThree, backup.chunks[0]), Status::kBackupRestored);
  EXPECT_EQ(network.GiveManifest(kThree, network.signed_manifest()), Status::kBackupRestored);
  EXPECT_TRUE(Says(kThree, "a backup has been restored here"));
  StartAnew(kThree);
  EXPECT_EQ(network.Admin(kThree, order), Status::kBackupStore);
  // Statements from before the restore are over for it.
  BackupStatement old = Statement(core::BackupKind::kExport, kThree, {});
  old.number = statement.number;
  Sign(old, {kOne, kTwo});
  EXPECT_EQ(network.Admin(kThree, old), Status::kPeerReplay);
  Refresh();
}

// No share and no secret of the node passes its host in the open, on the way out or in.
TEST_F(BackupRestored, ShowsNoSecretToAnybody) {
  Writer seen;
  network.on_call = [&](PartyIndex, edl::Call, ByteSpan body) { seen.Raw(body); };
  const sealing::Sealer sealer(SealingKeysOf(kThree, network.sealing(kThree)));
  std::vector<Bytes> secrets = {ToBytes(network.Steal(kThree).identity.seed().Expose()),
                                ToBytes(network.Steal(kThree).channel.Expose())};
  for (const auto& [id, blob] : network.Disk(kThree)) {
    if (policy::KindOf(id) != RecordKind::kKeyShare) continue;
    const auto share = sealer.Unseal(sealing::PeekHeader(blob).value().type, id, blob);
    secrets.push_back(ToBytes(share.value().plaintext.Expose().last(32)));
  }
  ASSERT_GT(secrets.size(), 2u);
  const BackupFile backup = Export(kThree);
  seen.Raw(backup.key.Encode());
  for (const Bytes& chunk : backup.chunks) seen.Raw(chunk);
  Bring(kThree, backup);
  network.on_call = nullptr;
  for (const auto& [id, blob] : network.Disk(kThree)) seen.Raw(blob);
  const Bytes all = seen.Take();
  for (const Bytes& secret : secrets)
    EXPECT_EQ(std::search(all.begin(), all.end(), secret.begin(), secret.end()), all.end());
  Refresh();
}

}  // namespace
}  // namespace passport::sim
