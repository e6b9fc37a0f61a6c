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

// Node 2's core says this to node 1.
void Say(sim::Network& network, const replica::Message& message) {
  network.Forge(kTwo, kOne, {core::MessageKind::kReplica, {}, replica::EncodeMessage(message)});
  network.Run(20);
}

// Every record of node 1 that is its own: keys, manifest, shares, and the head that binds them.
std::map<RecordId, Bytes> OwnRecords(sim::Network& network) {
  std::map<RecordId, Bytes> out;
  for (const auto& [id, blob] : network.Disk(kOne)) {
    if (!policy::IsReplicated(id)) out.emplace(id, blob);
  }
  return out;
}

TEST(RecordKinds, NoMessageOfAPeerChangesARecordThatIsNotReplicated) {
  sim::Network network(sim::Options{.relayed = true});
  crypto::SeededRng rng(7);
  network.Form();
  ASSERT_TRUE(network.RunUntil([&] { return network.Ready(); }, 10'000));
  sim::Client client = MakeClient(network, rng);
  const std::string address = Register(network, client, kOne, "alice");
  const std::map<RecordId, Bytes> before = OwnRecords(network);
  ASSERT_TRUE(before.contains(sealing::kHeadRecordId));
  ASSERT_GE(before.size(), 4u);  // head, identity, manifest, a share
  std::vector<RecordId> ids = {MakeRecordId(RecordKind::kPeerFaults, {}),
                               MakeRecordId(RecordKind::kAdmin, {}),
                               policy::KeyShareRecordId(KeyId{{1}})};  // which node 1 does not have
  for (const auto& [id, blob] : before) ids.push_back(id);
  network.log().clear();
  for (const RecordId& id : ids) {
    Say(network, replica::Prepare{id, {1, kTwo}, 0});
    Say(network, replica::Accept{id, {2, kTwo}, {}, {}, {}});
    Say(network, replica::Learn{id, {}});
    Say(network, replica::Query{id, 0});
  }
  EXPECT_EQ(OwnRecords(network), before);
  EXPECT_EQ(network.Logged(Event::kUnknownMessage), ids.size() * 4);

  network.Kill(kOne);
  network.Start(kOne);
  ASSERT_TRUE(network.RunUntil([&] { return network.Ready(); }, 10'000));
  network.Kill(kThree);  // so that node 1 must sign
  EXPECT_TRUE(Signs(network, client, kOne, "alice", address));
}

}  // namespace
}  // namespace passport::policy_test
