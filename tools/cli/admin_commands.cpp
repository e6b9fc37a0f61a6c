// passport admin unban, refresh: statements that a node's own operator signs for its enclave (rules.md 14).
#include <algorithm>
#include <iostream>

#include "edl/base/uuid.h"
#include "tools/cli/clock.h"
#include "tools/cli/command.h"
#include "tools/cli/node_api.h"
#include "tools/cli/operator_key.h"
#include "tools/cli/problem.h"
#include "trusted/core/admin.h"

namespace passport::cli {
namespace {

constexpr std::chrono::minutes kUnbanLife{10};
constexpr std::chrono::hours kRefreshLife{24};  // it goes on for so long, and waits for nodes that are away

struct Sent {
  PartyIndex node;
  std::string network;
};

// Signs for the node at the URL, whose operator the key has to be, and gives it the statement. `matter` is
// what nobody else decides.
Sent SignAndSend(const std::string& node, const crypto::SigningKey& key, core::AdminKind kind,
                 PartyIndex argument, std::chrono::milliseconds life, const std::string& matter) {
  const NodeApi api = ApiOf(node);
  const EnclaveFacts facts = OrProblem(api.GetEnclave());
  if (!facts.network) throw Problem(node + " has no manifest yet; give it one with `passport manifest send`");
  const PartyIndex own{facts.party};
  const auto& operators = facts.network->operators;
  if (std::ranges::find(operators, std::pair(own, key.public_key())) == operators.end())
    throw Problem("this is not the key of the operator of node " + std::to_string(own.value) + " (" + node +
                  "), who alone decides what his node " + matter +
                  "; `passport manifest show` names his key");
  core::AdminStatement statement;
  statement.network = facts.network->id;
  statement.node = own;
  statement.number = UnixMs();
  statement.expires_unix_ms = statement.number + static_cast<std::uint64_t>(life.count());
  statement.kind = kind;
  statement.argument = argument;
  statement.signer = own;
  statement.signature = key.Sign(statement.SignedHash());
  OrProblem(api.PostAdmin(statement.Encode()));
  return {own, FormatUuid(facts.network->id)};
}

}  // namespace

int AdminUnban(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("node", po::value<std::string>(), "URL of the node that shall forget (needed)")(
      "party", po::value<long>(), "party number of the peer whose failures are forgotten (needed)")(
      "operator-key", po::value<std::string>(), "the key file of that node's own operator (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string node = Required(*values, "node");
  const PartyIndex party = ReadParty(*values);
  const crypto::SigningKey key = LoadOperatorKey(Required(*values, "operator-key"));
  const Sent sent = SignAndSend(node, key, core::AdminKind::kUnban, party, kUnbanLife, "forgives");
  std::cout << "node " << sent.node.value << " of network " << sent.network << " forgot the failures of node "
            << party.value << std::endl;
  return 0;
}

int AdminRefresh(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("node", po::value<std::string>(), "URL of the node that shall lead (needed)")(
      "operator-key", po::value<std::string>(), "the key file of that node's own operator (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string node = Required(*values, "node");
  const crypto::SigningKey key = LoadOperatorKey(Required(*values, "operator-key"));
  const Sent sent = SignAndSend(node, key, core::AdminKind::kRefresh, {}, kRefreshLife, "leads");
  std::cout << "node " << sent.node.value << " of network " << sent.network
            << " refreshes all keys when it is idle and all nodes are connected; how far it is: GET " << node
            << "/health, \"refresh\"" << std::endl;
  return 0;
}

}  // namespace passport::cli
