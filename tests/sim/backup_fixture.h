// A network whose nodes are backed up, lose their disks and get them back on other machines.
#pragma once

#include <gtest/gtest.h>

#include "sealing/quorum.h"
#include "tests/sim/store_fixture.h"
#include "trusted/core/backup_export.h"

namespace passport::sim {

// What `passport backup export` would have written, and what the operators have.
struct BackupFile {
  sealing::QuorumKey key;
  std::vector<Bytes> chunks;
};

class BackupTest : public ::testing::Test {
 protected:
  using Parties = std::vector<PartyIndex>;

  BackupTest() : world(Instance()), network(world.network), client(world.client) {}
  void SetUp() override;

  // Signed by these operators, with a number above all before.
  core::BackupStatement Statement(core::BackupKind kind, PartyIndex node, const Parties& by = {kOne, kTwo});
  void Sign(core::BackupStatement& statement, const Parties& by);
  Bytes Answer() { return ToBytes(AsBytes(network.Reply(0).value())); }
  // Of an export that was ordered at the node.
  Status Chunk(PartyIndex node, std::uint64_t number, core::BackupChunk& out);
  BackupFile Export(PartyIndex node);

  // The node's machine is gone. Another one, with another root key, waits with an empty disk.
  void LoseDisk(PartyIndex node);
  crypto::SecretKey32 ChannelOf(PartyIndex node) { return std::move(network.Steal(node).channel); }
  core::BackupStatement RestoreStatement(PartyIndex node, const BackupFile& backup,
                                         const Parties& by = {kOne, kTwo});
  // An operator's share for the enclave that the statement names.
  core::RestoreShare Share(PartyIndex holder, const BackupFile& backup,
                           const core::BackupStatement& statement);
  Status Give(PartyIndex node, const Bytes& chunk) { return network.Admin(node, core::RestoreChunk{chunk}); }
  // All of it but the chunks from `until` on: what the node says last.
  Status Restore(PartyIndex node, const BackupFile& backup, std::size_t until = SIZE_MAX);
  // Whole again: restored, started anew, connected.
  void Bring(PartyIndex node, const BackupFile& backup);
  void StartAnew(PartyIndex node);

  // On the node's disk.
  std::size_t Count(PartyIndex node, policy::RecordKind kind);
  ::testing::AssertionResult PairSigns(PartyIndex gateway, PartyIndex silent);
  void Refresh();
  bool Says(PartyIndex node, std::string_view text) {
    return network.Health(node).find(text) != std::string::npos;
  }

  World& world;
  Network& network;
  Client& client;

 private:
  static World& Instance();
};

}  // namespace passport::sim
