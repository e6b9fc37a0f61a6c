// The reference model of a network with honest cores: which accounts there are, which nodes run, and what may
// be answered.
#pragma once

#include <map>
#include <set>
#include <string>

#include "edl/base/ids.h"

namespace passport::fuzz {

enum class NodeState {
  kDown,
  kServing,
  kRefused
};  // refused: started on a store that is not the one it left

enum class Asked { kRegister, kAddresses, kSign };

struct Question {
  Asked what = Asked::kSign;
  PartyIndex gateway;
  unsigned start = 0;  // of the gateway, which alone may answer
  std::string username;
  Bytes message;
  bool known = false;  // its account was acknowledged before it was asked, so no answer may deny it
};

class Model {
 public:
  void OnStart(PartyIndex node, bool store_is_its_own);
  void OnKill(PartyIndex node) { nodes_[node].state = NodeState::kDown; }
  void OnOlderDisk(PartyIndex node) { nodes_[node].forgot = true; }
  NodeState StateOf(PartyIndex node) const { return nodes_.at(node).state; }
  unsigned StartOf(PartyIndex node) const { return nodes_.at(node).starts; }

  void OnQuestion(const Question& question);
  bool IsAcknowledged(const std::string& username) const;
  // The result of a request, or "" and the name of its error. A sentence if that may not be.
  std::string Judge(const Question& question, const std::string& result, const std::string& error);
  void LearnAddress(const std::string& username, const std::string& address);
  // Accounts of which a registration was acknowledged, which no two rolled back disks may have lost.
  std::set<std::string> Acknowledged() const;
  std::string AddressOf(const std::string& username) const { return accounts_.at(username).address; }

 private:
  struct Node {
    NodeState state = NodeState::kServing;
    unsigned starts = 0;
    bool forgot = false;  // has ever gone on from an older disk
  };
  struct Account {
    bool acknowledged = false;
    std::string address;
  };
  std::map<PartyIndex, Node> nodes_ = {{PartyIndex{1}, {}}, {PartyIndex{2}, {}}, {PartyIndex{3}, {}}};
  std::map<std::string, Account> accounts_;  // that were ever asked for
};

}  // namespace passport::fuzz
