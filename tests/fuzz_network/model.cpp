#include "tests/fuzz_network/model.h"

#include <algorithm>

namespace passport::fuzz {

void Model::OnStart(PartyIndex node, bool store_is_its_own) {
  nodes_[node].state = store_is_its_own ? NodeState::kServing : NodeState::kRefused;
  ++nodes_[node].starts;
}

void Model::OnQuestion(const Question& question) {
  if (question.what == Asked::kRegister) accounts_.try_emplace(question.username);
}

bool Model::IsAcknowledged(const std::string& username) const {
  const auto account = accounts_.find(username);
  return account != accounts_.end() && account->second.acknowledged;
}

std::string Model::Judge(const Question& question, const std::string& result, const std::string& error) {
  const Node& gateway = nodes_.at(question.gateway);
  if (gateway.starts != question.start) return "answered by another start of the enclave than was asked";
  if (gateway.state != NodeState::kServing) return "answered by a node that is down or was refused";
  const auto account = accounts_.find(question.username);
  if (!result.empty()) {
    if (account == accounts_.end()) return "an answer about an account that nobody has registered";
    if (question.what == Asked::kRegister) account->second.acknowledged = true;
    if (question.what == Asked::kAddresses) LearnAddress(question.username, result);
    if (question.what == Asked::kSign) {
      if (!account->second.address.empty() && account->second.address != result)
        return "signed by another key";
      LearnAddress(question.username, result);
    }
    return "";
  }
  const auto forgetful = std::ranges::count_if(nodes_, [](const auto& node) { return node.second.forgot; });
  if (error == "unknown_user" && question.what != Asked::kRegister && question.known && forgetful < 2)
    return "an acknowledged account is unknown";
  if (error == "duplicate_registration" && question.what == Asked::kRegister && account == accounts_.end())
    return "a name is taken that nobody has asked for";
  return "";
}

void Model::LearnAddress(const std::string& username, const std::string& address) {
  accounts_[username].address = address;
}

std::set<std::string> Model::Acknowledged() const {
  std::set<std::string> out;
  for (const auto& [username, account] : accounts_) {
    if (account.acknowledged) out.insert(username);
  }
  return out;
}

}  // namespace passport::fuzz
