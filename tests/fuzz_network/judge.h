// What must be true of a network whatever happened to it, read from what its nodes report and answer.
#pragma once

#include <set>

#include "tests/sim/client.h"

namespace passport::fuzz {

class Judge {
 public:
  // `liar`: whose core does not keep to the protocol; nobody if there is none.
  Judge(sim::Network& network, PartyIndex liar) : network_(network), liar_(liar) {}

  // Looks at what was reported since the last time. Of an honest node: no share without a decision of its own
  // for the same request, and no other honest node blamed. (The network itself ends a run in which one nonce
  // gets two shares.)
  void CheckLog();

 private:
  void CheckEntry(const sim::Network::LogEntry& entry);

  sim::Network& network_;
  PartyIndex liar_;
  std::set<std::pair<PartyIndex, RequestId>> granted_;
};

// An answer of the JSON-RPC form: a result or an error of the table, and not both.
void CheckReply(const std::string& body);
// A stop with the reason, for a person.
[[noreturn]] void Violated(const std::string& what);

}  // namespace passport::fuzz
