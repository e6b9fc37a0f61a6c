#include "tests/sim/backup_fixture.h"

#include "trusted/json/json.h"

namespace passport::sim {
namespace {

std::uint32_t last_epoch = 1;  // of any root key so far
constexpr std::size_t kDescriptionBytes = 12'000;

}  // namespace

// Two scopes with configurations that make a backup of several chunks.
World& BackupTest::Instance() {
  const std::string config =
      R"({"name":"test","description":")" + std::string(kDescriptionBytes, 'd') + R"("})";
  static World instance(Options{.seed = 91, .presign = {.total_max = 0}, .sealing = kOldKeys}, config);
  static const Client other = MakeClient(instance.network, instance.rng, config);
  return instance;
}

void BackupTest::SetUp() {
  network.on_commit = nullptr;
  network.on_call = nullptr;
  ASSERT_TRUE(world.Restore());
  network.Run(1'000);  // numbers rise
}

void BackupTest::Sign(core::BackupStatement& statement, const Parties& by) {
  statement.signatures.clear();
  for (const PartyIndex party : by)
    statement.signatures[party] = network.operators().at(party).Sign(statement.SignedHash());
}

core::BackupStatement BackupTest::Statement(core::BackupKind kind, PartyIndex node, const Parties& by) {
  network.Run(20);
  core::BackupStatement out;
  out.kind = kind;
  out.network = network.manifest().network_id;
  out.node = node;
  out.number = network.unix_ms();
  out.expires_unix_ms = out.number + 60'000;
  if (kind == core::BackupKind::kExport) {
    for (const auto& [party, key] : network.operators())
      out.holders[party] = crypto::PublicX25519(core::HolderKeyOf(key));
  }
  Sign(out, by);
  return out;
}

Status BackupTest::Chunk(PartyIndex node, std::uint64_t number, core::BackupChunk& out) {
  const Status status = network.Admin(node, core::BackupChunkRequest{number});
  if (status == Status::kOk) out = core::BackupChunk::Parse(Answer()).value();
  return status;
}

BackupFile BackupTest::Export(PartyIndex node) {
  BackupFile out;
  EXPECT_EQ(network.Admin(node, Statement(core::BackupKind::kExport, node)), Status::kOk);
  out.key = sealing::QuorumKey::Parse(Answer()).value();
  core::BackupChunk chunk;
  while (!chunk.last && out.chunks.size() < 1'000) {
    EXPECT_EQ(Chunk(node, out.chunks.size(), chunk), Status::kOk);
    out.chunks.push_back(chunk.chunk);
  }
  return out;
}

void BackupTest::LoseDisk(PartyIndex node) {
  if (network.up(node)) network.Kill(node);
  network.Disk(node).clear();
  network.sealing(node) = {.svn = kOldKeys.svn, .key_epoch = ++last_epoch};
  network.Start(node);
}

core::BackupStatement BackupTest::RestoreStatement(PartyIndex node, const BackupFile& backup,
                                                   const Parties& by) {
  core::BackupStatement out = Statement(core::BackupKind::kRestore, node, {});
  out.backup = crypto::HashSha256(backup.key.Encode());
  out.to = crypto::PublicX25519(ChannelOf(node));
  Sign(out, by);
  return out;
}

core::RestoreShare BackupTest::Share(PartyIndex holder, const BackupFile& backup,
                                     const core::BackupStatement& statement) {
  crypto::SeededRng rng(std::uint64_t{4});
  const auto own = core::HolderKeyOf(network.operators().at(holder));
  const auto share = sealing::OpenQuorumShare(backup.key, holder, own).value();
  return {
      holder,
      sealing::HandOverShare(backup.key, holder, share, statement.to, statement.SignedHash(), rng).value()};
}

Status BackupTest::Restore(PartyIndex node, const BackupFile& backup, std::size_t until) {
  const core::BackupStatement statement = RestoreStatement(node, backup);
  Status status = network.Admin(node, core::RestoreOrder{backup.key, statement});
  for (const PartyIndex holder : {kOne, kThree}) {
    if (status == Status::kOk) status = network.Admin(node, Share(holder, backup, statement));
  }
  for (std::size_t i = 0; i < std::min(until, backup.chunks.size()) && status == Status::kOk; ++i)
    status = Give(node, backup.chunks[i]);
  return status;
}

void BackupTest::StartAnew(PartyIndex node) {
  if (network.up(node)) network.Kill(node);
  network.Start(node);
  ASSERT_TRUE(network.Serving(node)) << network.Health(node);
  ASSERT_TRUE(network.RunUntil([this] { return Whole(network); }, 60'000)) << network.Health(node);
}

void BackupTest::Bring(PartyIndex node, const BackupFile& backup) {
  LoseDisk(node);
  ASSERT_EQ(Restore(node, backup), Status::kOk);
  StartAnew(node);
}

std::size_t BackupTest::Count(PartyIndex node, policy::RecordKind kind) {
  std::size_t out = 0;
  for (const auto& [id, blob] : network.Disk(node)) out += policy::KindOf(id) == kind ? 1u : 0u;
  return out;
}

::testing::AssertionResult BackupTest::PairSigns(PartyIndex gateway, PartyIndex silent) {
  network.Hang(silent, true);
  const auto out = world.Signs(gateway);
  network.Hang(silent, false);
  network.Run(50);
  return out;
}

void BackupTest::Refresh() {
  network.Run(20);
  core::AdminStatement order;
  order.network = network.manifest().network_id;
  order.node = order.signer = kOne;
  order.number = network.unix_ms();
  order.expires_unix_ms = order.number + 600'000;
  order.kind = core::AdminKind::kRefresh;
  order.signature = network.operators().at(kOne).Sign(order.SignedHash());
  const std::size_t before = network.Logged(Event::kRefreshDone, kOne);
  ASSERT_EQ(network.Admin(kOne, order), Status::kOk);
  ASSERT_TRUE(network.RunUntil([&] { return network.Logged(Event::kRefreshDone, kOne) > before; }, 60'000))
      << network.Health(kOne);
  network.Run(500);
}

}  // namespace passport::sim
