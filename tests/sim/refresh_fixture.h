// A network whose keys are refreshed again and again, and what is asked of it after each time.
#pragma once

#include <gtest/gtest.h>

#include "tests/sim/world.h"
#include "trusted/core/refresh_messages.h"

namespace passport::sim {

class RefreshFixture : public RelayedTest {
 protected:
  void SetUp() override;

  core::AdminStatement Statement(PartyIndex leader);
  // Signed again by an operator, after a change.
  void Sign(core::AdminStatement& statement, PartyIndex signer);
  void Order(PartyIndex leader);  // which takes it
  std::string State(PartyIndex leader);
  ::testing::AssertionResult Becomes(PartyIndex leader, std::string_view state, std::uint64_t ms = 60'000);
  // Every two nodes sign with every account while the third one says nothing.
  ::testing::AssertionResult EveryQuorumSigns();
  ::testing::AssertionResult PairSigns(PartyIndex a, PartyIndex b);
  // The records of shares on a node's disk.
  std::set<RecordId> Shares(PartyIndex party);
  // How many keys are at which epoch, in the words of health; "differ" if nodes do not agree.
  std::string Epochs();

  static inline std::map<std::string, std::string> addresses_;  // by username
};

}  // namespace passport::sim
