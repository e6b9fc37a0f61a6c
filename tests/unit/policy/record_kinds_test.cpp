// Peers agree on replicated records only: no message of theirs touches what an enclave keeps for itself.
#include <gtest/gtest.h>

#include "sealing/head.h"
#include "tests/sim/client.h"
#include "trusted/policy/record_ids.h"

namespace passport::policy_test {
namespace {

using policy::MakeRecordId;
using policy::RecordKind;
using sim::kOne;
using sim::kThree;
using sim::kTwo;

class RecordKinds : public ::testing::Test {
 protected:
  RecordKinds() : network(sim::Options{.relayed = true}), rng(7) {
    network.Form();
    EXPECT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000));
    client.emplace(MakeClient(network, rng));
    address = Register(network, *client, kOne, "alice");
  }
  // Every record of node 1 that is its own: keys, manifest, shares, and the head that binds them.
  std::map<RecordId, Bytes> OwnRecords() {
    std::map<RecordId, Bytes> out;
    for (const auto& [id, blob] : network.Disk(kOne)) {
      if (!policy::IsReplicated(id)) out.emplace(id, blob);
    }
    return out;
  }
  // Node 2's core says this to node 1.
  void Say(const replica::Message& message) {
    network.Forge(kTwo, kOne, {core::MessageKind::kReplica, {}, replica::EncodeMessage(message)});
    network.Run(20);
  }

  sim::Network network;
  crypto::SeededRng rng;
  std::optional<sim::Client> client;
  std::string address;
};

TEST_F(RecordKinds, NoMessageOfAPeerChangesARecordThatIsNotReplicated) {
  const std::map<RecordId, Bytes> before = OwnRecords();
  std::vector<RecordId> ids = {MakeRecordId(RecordKind::kPeerFaults, {}), MakeRecordId(RecordKind::kAdmin, {}),
                               policy::KeyShareRecordId(KeyId{{1}})};
  for (const auto& [id, blob] : before) ids.push_back(id);
  ASSERT_GE(ids.size(), 3 + 4u);  // head, identity, manifest, a share
  network.log().clear();
  for (const RecordId& id : ids) {
    Say(replica::Prepare{id, {1, kTwo}, 0});
    Say(replica::Accept{id, {2, kTwo}, {}, {}, {}});
    Say(replica::Learn{id, {}});
    Say(replica::Query{id, 0});
  }
  EXPECT_EQ(OwnRecords(), before);
  EXPECT_EQ(network.Logged(Event::kUnknownMessage), ids.size() * 4);
}

TEST_F(RecordKinds, ANodeWhosePeerReachedForItsOwnRecordsStartsAgainAndSigns) {
  for (const RecordId& id : {sealing::kHeadRecordId, MakeRecordId(RecordKind::kIdentity, {}),
                             MakeRecordId(RecordKind::kManifest, {}), MakeRecordId(RecordKind::kPeerFaults, {}),
                             MakeRecordId(RecordKind::kAdmin, {})}) {
    Say(replica::Prepare{id, {1, kTwo}, 0});
  }
  network.Kill(kOne);
  network.Start(kOne);
  ASSERT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000));
  network.Kill(kThree);  // so that node 1 must sign
  EXPECT_TRUE(Signs(network, *client, kOne, "alice", address));
}

}  // namespace
}  // namespace passport::policy_test
