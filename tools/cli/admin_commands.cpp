// passport admin: statements that an operator signs for one node's enclave (rules.md 14).
#include <algorithm>
#include <iostream>

#include "edl/base/uuid.h"
#include "tools/cli/command.h"
#include "tools/cli/node_api.h"
#include "tools/cli/operator_key.h"
#include "tools/cli/problem.h"
#include "trusted/core/admin.h"

namespace passport::cli {
namespace {

constexpr std::chrono::minutes kStatementLife{10};

// Milliseconds rise, so the time is a number that no earlier statement had.
std::uint64_t UnixMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace

int AdminUnban(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("node", po::value<std::string>(), "URL of the node that shall forget (needed)")(
      "party", po::value<long>(), "party number of the peer whose failures are forgotten (needed)")(
      "operator-key", po::value<std::string>(), "the key file of an operator of the network (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string node = Required(*values, "node");
  const long party = Optional<long>(*values, "party").value_or(0);
  if (party < 1 || party > peer::kPartiesMax) throw UsageProblem("--party is the number of a node");
  const crypto::SigningKey key = LoadOperatorKey(Required(*values, "operator-key"));
  const auto url = client::ParseUrl(node);
  if (!url.ok()) throw UsageProblem(url.error());
  const NodeApi api(url.value());
  const EnclaveFacts facts = OrProblem(api.GetEnclave());
  if (!facts.network) throw Problem(node + " has no manifest yet");
  const auto& operators = facts.network->operators;
  const auto signer =
      std::ranges::find_if(operators, [&](const auto& each) { return each.second == key.public_key(); });
  if (signer == operators.end()) throw Problem("this key is no operator's of the network of " + node);
  core::AdminStatement statement;
  statement.network = facts.network->id;
  statement.node = PartyIndex{facts.party};
  statement.number = UnixMs();
  statement.expires_unix_ms = statement.number + std::chrono::milliseconds(kStatementLife).count();
  statement.kind = core::AdminKind::kUnban;
  statement.argument = PartyIndex{static_cast<std::uint16_t>(party)};
  statement.signer = signer->first;
  statement.signature = key.Sign(statement.SignedHash());
  OrProblem(api.PostAdmin(statement.Encode()));
  std::cout << "node " << facts.party << " of network " << FormatUuid(facts.network->id)
            << " forgot the failures of node " << party << std::endl;
  return 0;
}

}  // namespace passport::cli
