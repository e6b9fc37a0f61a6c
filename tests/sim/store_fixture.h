// A network for tests that end, change and restart node 3 on disks and keys of their own.
#pragma once

#include "tests/sim/world.h"

namespace passport::sim {

using Disk = std::map<RecordId, Bytes>;

// The keys of its nodes: there are lower and higher security versions, and an epoch before.
inline constexpr Sealing kOldKeys{.svn = 2, .key_epoch = 1};

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() : world(Instance()), network(world.network), client(world.client) {}
  void SetUp() override { ASSERT_TRUE(world.Restore()); }
  World& world;
  Network& network;
  Client& client;

 private:
  static World& Instance() {
    static World instance(Options{.seed = 88, .presign = {.total_max = 0}, .sealing = kOldKeys});
    return instance;
  }
};

}  // namespace passport::sim
