// A running host that lies about records (rules.md 7): the enclave refuses what it did not store, signs with
// nothing else, and goes on when the host answers rightly.
#include <gtest/gtest.h>

#include "edl/base/uuid.h"
#include "tests/sim/world.h"

namespace passport::sim {
namespace {

using policy::KindOf;
using policy::RecordKind;

// Cores that keep two records fetch at every step.
class LyingHost : public ::testing::Test {
 protected:
  LyingHost() : world(Instance()), network(world.network) {}
  void SetUp() override { ASSERT_TRUE(world.Restore()); }

  using Lie = std::function<bool(const RecordId& id, bool& found, Bytes& record)>;
  // Node 1's host does this to every answer about a record of this kind. The enclave gives nothing that rests
  // on it; the network goes on without it; and it goes on itself when the host stops.
  void LieAbout(RecordKind kind, const Lie& lie, bool is_answer) {
    ASSERT_TRUE(world.Restore());
    Forget();
    std::size_t lies = 0;
    network.on_fetch = [&](PartyIndex party, const RecordId& id, bool& found, Bytes& record) {
      if (party != kOne || KindOf(id) != kind) return true;
      ++lies;
      return lie(id, found, record);
    };
    const std::string reply = world.SignReply(kOne);
    EXPECT_GT(lies, 0u);
    EXPECT_EQ(network.Logged(Event::kDecisionGranted, kOne), 0u);
    EXPECT_EQ(network.Logged(Event::kRecordRefused, kOne), is_answer ? lies : 0u);
    if (kind != RecordKind::kKeyShare) {
      EXPECT_NE(reply.find("\"error\""), std::string::npos) << reply;
    }
    EXPECT_TRUE(world.Signs(kTwo));
    EXPECT_EQ(network.Logged(Event::kDecisionGranted, kOne), 0u);
    network.on_fetch = nullptr;
    network.Run(2'000);  // an answer that was refused or did not come is asked for again
    EXPECT_TRUE(world.Signs(kOne));
    EXPECT_EQ(network.Logged(Event::kRecordRefused), is_answer ? lies : 0u);
  }
  void LieAboutAll(const Lie& lie, bool is_answer = true) {
    for (const RecordKind kind : {RecordKind::kScope, RecordKind::kAccount, RecordKind::kKeyShare})
      LieAbout(kind, lie, is_answer);
  }

  // Fills node 1's cache with two records that no request of these tests needs.
  void Forget() {
    network.AnswerFetch(kOne, policy::EnvelopeRecordId());
    network.AnswerFetch(kOne, policy::AccountRecordId(ScopeId{ParseUuid(world.client.scope).value()}, "bob"));
  }

  World& world;
  Network& network;

 private:
  static World& Instance() {
    static World instance(Options{.seed = 7, .records_cached_max = 2});
    static const std::string bob = Register(instance.network, instance.client, kOne, "bob");
    return instance;
  }
};

TEST_F(LyingHost, FalselyNotFoundIsRefused) {
  LieAboutAll([](const RecordId&, bool& found, Bytes& record) {
    found = false;
    record.clear();
    return true;
  });
}

TEST_F(LyingHost, AChangedRecordIsRefused) {
  LieAboutAll([](const RecordId&, bool&, Bytes& record) {
    record[record.size() / 2] ^= 1;
    return true;
  });
}

TEST_F(LyingHost, ASwappedRecordIsRefused) {
  LieAboutAll([this](const RecordId& id, bool&, Bytes& record) {
    const auto other = std::ranges::find_if(network.Disk(kOne), [&](const auto& entry) {
      return KindOf(entry.first) >= RecordKind::kKeyShare && entry.first != id;
    });
    record = other->second;
    return true;
  });
}

TEST_F(LyingHost, AnotherNodesRecordOfTheSameNameIsRefused) {
  LieAboutAll([this](const RecordId& id, bool&, Bytes& record) {
    record = network.Disk(kTwo).at(id);
    return true;
  });
}

TEST_F(LyingHost, NoAnswerIsNoRecord) {
  LieAboutAll([](const RecordId&, bool&, Bytes&) { return false; }, false);
}

TEST_F(LyingHost, ALateAnswerIsAsGood) {
  Forget();
  std::set<RecordId> asked;
  network.on_fetch = [&](PartyIndex party, const RecordId& id, bool&, Bytes&) {
    if (party == kOne) asked.insert(id);
    return party != kOne;
  };
  const std::string message = "late";
  const std::uint64_t token =
      network.Send(kOne, world.client.developer->PersonalSign("alice", AsBytes(message)));
  const auto replied = [&] { return network.Reply(token).has_value(); };
  for (int i = 0; i < 20 && !replied(); ++i) {
    network.RunUntil(replied, 100);
    for (const RecordId& id : std::exchange(asked, {})) network.AnswerFetch(kOne, id);
  }
  ASSERT_TRUE(replied());
  EXPECT_EQ(Recover(AsBytes(message), ResultText(*network.Reply(token))), world.address);
  EXPECT_EQ(network.Logged(Event::kRecordRefused), 0u);
}

TEST_F(LyingHost, AnAnswerNobodyAskedForChangesNothing) {
  for (const auto& [id, record] : std::map(network.Disk(kOne))) network.AnswerFetch(kOne, id);
  network.AnswerFetch(kOne, policy::MakeRecordId(RecordKind::kScope, AsBytes(std::string_view("no such"))));
  EXPECT_TRUE(world.SignsEverywhere());
}

TEST_F(LyingHost, AnOlderVersionIsRefused) {
  const auto is_scope = [](const auto& entry) { return KindOf(entry.first) == RecordKind::kScope; };
  const auto scope = *std::ranges::find_if(network.Disk(kOne), is_scope);
  const std::string updated = network.Ask(kTwo, client::UpdateScope(world.client.key, world.client.scope,
                                                                    R"({"name":"test","description":"2"})"));
  ASSERT_EQ(ResultText(updated), world.client.scope) << updated;
  const auto stored = [&] { return network.Disk(kOne).at(scope.first) != scope.second; };
  ASSERT_TRUE(network.RunUntil(stored, 1'000));  // two others suffice for the answer
  LieAbout(
      RecordKind::kScope,
      [&](const RecordId& id, bool&, Bytes& record) {
        if (id == scope.first) record = scope.second;
        return true;
      },
      true);
  EXPECT_EQ(network.Logged(Event::kDecisionGranted, {}, 1), 0u);  // by the first version of the scope
}

}  // namespace
}  // namespace passport::sim
