// A node's records leave it on t operators' word, for t operators, and for nobody else (boundary.md 4.5).
#include "tests/sim/backup_fixture.h"

namespace passport::sim {
namespace {

using core::BackupKind;
using core::BackupStatement;

class Backup : public BackupTest {
 protected:
  Status Begin(const BackupStatement& statement) {
    const Status status = network.Admin(kThree, statement);
    if (status == Status::kOk) file_.key = sealing::QuorumKey::Parse(Answer()).value();
    return status;
  }
  Status Chunk(std::uint64_t number) { return BackupTest::Chunk(kThree, number, chunk_); }
  // Whoever left one half done is forgotten.
  void TearDown() override { network.Run(core::kBackupIdleMs); }
  // What these operators make of it.
  Result<sealing::QuorumSealer> Open(const Parties& operators) {
    crypto::SeededRng rng(std::uint64_t{4});
    const crypto::SecretKey32 collector = rng.Key();
    BackupStatement statement;
    statement.to = crypto::PublicX25519(collector);
    sealing::QuorumCollector shares(file_.key, statement.SignedHash());
    for (const PartyIndex party : operators)
      EXPECT_TRUE(shares.Take(party, Share(party, file_, statement).sealed, collector).ok());
    return shares.Finish();
  }
  std::map<RecordId, Bytes> Records() {
    sealing::BackupReader reader(Open({kOne, kTwo}).value());
    std::map<RecordId, Bytes> out;
    for (const Bytes& chunk : file_.chunks) {
      EXPECT_LE(core::RestoreChunk{chunk}.Encode().size(), edl::AdminCall::kStatementMax);
      for (const auto& record : reader.Take(chunk).value())
        out[record.id] = ToBytes(record.plaintext.Expose());
    }
    EXPECT_TRUE(reader.complete());
    return out;
  }
  void ExpectAllRecords(PartyIndex node) {
    std::map<RecordId, Bytes> records = Records();
    const sealing::Sealer sealer(SealingKeysOf(node, network.sealing(node)));
    EXPECT_EQ(records.size(), network.Disk(node).size() - 1);
    for (const auto& [id, blob] : network.Disk(node)) {
      if (id == sealing::kHeadRecordId) continue;
      const auto stored = sealer.Unseal(sealing::PeekHeader(blob).value().type, id, blob);
      ASSERT_TRUE(stored.ok());
      EXPECT_EQ(records[id], ToBytes(stored.value().plaintext.Expose()));
    }
  }
  BackupFile file_;
  core::BackupChunk chunk_;
};

TEST_F(Backup, IsEveryRecordForTOperatorsWhileTheNodeSigns) {
  EXPECT_EQ(Chunk(0), Status::kNotFound);
  ASSERT_EQ(Begin(Statement(BackupKind::kExport, kThree)), Status::kOk);
  EXPECT_EQ(network.Logged(Event::kBackupBegun, kThree, network.Disk(kThree).size() - 1), 1u);
  EXPECT_EQ(file_.key.k, 2);
  EXPECT_EQ(Open({kTwo}).error(), Status::kQuorumFew);
  while (!chunk_.last && file_.chunks.size() < 1'000) {
    EXPECT_TRUE(world.Signs(kThree));
    ASSERT_EQ(Chunk(file_.chunks.size()), Status::kOk);
    file_.chunks.push_back(chunk_.chunk);
  }
  EXPECT_GT(file_.chunks.size(), 2u);  // or tests of their order show nothing
  ExpectAllRecords(kThree);
}

TEST_F(Backup, IsOrderedByTOperatorsOnceForEach) {
  EXPECT_EQ(Begin(Statement(BackupKind::kExport, kThree, {kOne})), Status::kDenied);
  EXPECT_EQ(Begin(Statement(BackupKind::kRestore, kThree)), Status::kBadPhase);
  const BackupStatement order = Statement(BackupKind::kExport, kThree);
  EXPECT_EQ(network.Admin(kOne, order), Status::kPeerUnknown);
  EXPECT_EQ(Begin(order), Status::kOk);
  EXPECT_EQ(Begin(order), Status::kPeerReplay);
}

TEST_F(Backup, IsOneAtATimeUntilItIsLeftAlone) {
  ASSERT_EQ(Begin(Statement(BackupKind::kExport, kThree)), Status::kOk);
  const BackupStatement second = Statement(BackupKind::kExport, kThree);
  EXPECT_EQ(Begin(second), Status::kBusy);
  network.Run(core::kBackupIdleMs - 1'000);
  ASSERT_EQ(Chunk(0), Status::kOk);  // whoever asks keeps it
  network.Run(2'000);
  EXPECT_EQ(Begin(second), chunk_.last ? Status::kOk : Status::kBusy);
  network.Run(core::kBackupIdleMs);
  EXPECT_EQ(Begin(Statement(BackupKind::kExport, kThree)), Status::kOk);
}

TEST_F(Backup, GivesTheLastChunkAgainAndNoOther) {
  ASSERT_EQ(Begin(Statement(BackupKind::kExport, kThree)), Status::kOk);
  EXPECT_EQ(Chunk(1), Status::kNotFound);
  ASSERT_EQ(Chunk(0), Status::kOk);
  const Bytes first = chunk_.Encode();
  ASSERT_EQ(Chunk(0), Status::kOk);
  EXPECT_EQ(chunk_.Encode(), first);
  EXPECT_EQ(Chunk(2), Status::kNotFound);
}

// One that keeps hardly a record in memory has its host give each, and says that it is busy meanwhile.
TEST_F(Backup, WaitsForRecordsThatAreNotAtHand) {
  network.on_start = [](PartyIndex, core::CoreConfig& config) { config.records_cached_max = 1; };
  network.Kill(kThree);
  network.Start(kThree);
  network.on_start = nullptr;
  ASSERT_TRUE(network.RunUntil([this] { return Whole(network); }, 60'000));
  network.Run(1'000);
  ASSERT_EQ(Begin(Statement(BackupKind::kExport, kThree)), Status::kOk);
  std::size_t busy = 0;
  while (!chunk_.last && file_.chunks.size() < 1'000 && busy < 1'000) {
    const Status status = Chunk(file_.chunks.size());
    if (status == Status::kOk) file_.chunks.push_back(chunk_.chunk);
    ASSERT_TRUE(status == Status::kOk || status == Status::kBusy);
    busy += status == Status::kBusy ? 1 : 0;
    network.Run(10);
  }
  EXPECT_GT(busy, 0u);
  ExpectAllRecords(kThree);
  network.Kill(kThree);
}

// Nothing of it outlives the enclave, wherever it stops.
TEST_F(Backup, EndsWithTheEnclave) {
  for (std::size_t taken = 0; taken < 2; ++taken) {
    ASSERT_EQ(Begin(Statement(BackupKind::kExport, kThree)), Status::kOk);
    for (std::size_t i = 0; i < taken; ++i) ASSERT_EQ(Chunk(i), Status::kOk);
    network.Kill(kThree);
    network.Start(kThree);
    EXPECT_EQ(Chunk(taken), Status::kNotFound);
    ASSERT_TRUE(network.RunUntil([this] { return Whole(network); }, 60'000));
  }
  file_ = Export(kThree);
  ExpectAllRecords(kThree);
}

}  // namespace
}  // namespace passport::sim
