// What the tests of repaired shares have in common: a relayed network in which a key is made while nodes are
// away.
#pragma once

#include "tests/sim/world.h"
#include "trusted/core/repair_messages.h"

namespace passport::sim {

using core::MessageKind;
using core::PeerMessage;

// Of a run in which nothing goes wrong.
inline constexpr MessageKind kRepairRounds[] = {MessageKind::kRepairInvite, MessageKind::kRepairJoin,
                                                MessageKind::kRepairBegin, MessageKind::kRepairPart,
                                                MessageKind::kRepairSum};
inline bool IsRepair(MessageKind kind) {
  return kind >= MessageKind::kRepairInvite && kind <= MessageKind::kRepairEnd;
}

struct RepairWorld : World {
  explicit RepairWorld(Options options) : World(Relayed(std::move(options))) {}

  // Registers a user while these nodes are away; they are down afterwards.
  std::string RegisterWithout(const std::vector<PartyIndex>& away, std::string_view username) {
    for (const PartyIndex party : away) network.Kill(party);
    std::string made = Register(network, client, kOne, username);
    network.Run(100);
    network.log().clear();
    return made;
  }
  void StartAll(const std::vector<PartyIndex>& parties) {
    for (const PartyIndex party : parties) network.Start(party);
  }
  // Whether no running node knows of a key that lacks a share, or of a share that it lacks itself.
  bool Complete() {
    return Whole(network) && EachHealth([](const std::string& health) {
             return health.find("lack a share") == std::string::npos &&
                    health.find("take part in signatures with") == std::string::npos;
           });
  }
  ::testing::AssertionResult Completes(std::uint64_t ms = 20'000) {
    for (std::uint64_t waited = 0; waited < ms; waited += 100) {
      network.Run(100);
      if (Complete()) return ::testing::AssertionSuccess();
    }
    ::testing::AssertionResult out = ::testing::AssertionFailure();
    EachHealth([&](const std::string& health) {
      out << health << "\n";
      return true;
    });
    return out;
  }
  // Whether the user signs when exactly these nodes are up, through each of them; all are up afterwards.
  ::testing::AssertionResult SignsWithOnly(const std::vector<PartyIndex>& signers, std::string_view username,
                                           const std::string& expected) {
    std::vector<PartyIndex> others;
    for (const peer::ManifestRow& row : network.manifest().rows) {
      if (std::ranges::find(signers, row.party) == signers.end()) others.push_back(row.party);
    }
    for (const PartyIndex party : others) network.Kill(party);
    ::testing::AssertionResult out = ::testing::AssertionSuccess();
    for (const PartyIndex gateway : signers) {
      if (out) out = sim::Signs(network, client, gateway, username, expected);
    }
    StartAll(others);
    network.RunUntil([this] { return Whole(network); }, 60'000);
    return out;
  }

 private:
  static Options Relayed(Options options) {
    options.relayed = true;
    options.presign.total_max = 0;
    return options;
  }
  bool EachHealth(const std::function<bool(const std::string&)>& holds) {
    return std::ranges::all_of(network.manifest().rows, [&](const peer::ManifestRow& row) {
      return !network.up(row.party) || holds(network.Health(row.party));
    });
  }
};

}  // namespace passport::sim
