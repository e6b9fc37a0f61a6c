// passport admin unban: a statement that a node's own operator signs for its enclave (rules.md 14).
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

constexpr std::chrono::minutes kStatementLife{10};

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
  const NodeApi api = ApiOf(node);
  const EnclaveFacts facts = OrProblem(api.GetEnclave());
  if (!facts.network) throw Problem(node + " has no manifest yet; give it one with `passport manifest send`");
  const PartyIndex own{facts.party};
  const auto& operators = facts.network->operators;
  if (std::ranges::find(operators, std::pair(own, key.public_key())) == operators.end())
    throw Problem("this is not the key of the operator of node " + std::to_string(own.value) + " (" + node +
                  "), who alone decides what his node forgives; `passport manifest show` names his key");
  core::AdminStatement statement;
  statement.network = facts.network->id;
  statement.node = own;
  statement.number = UnixMs();
  statement.expires_unix_ms = statement.number + std::chrono::milliseconds(kStatementLife).count();
  statement.kind = core::AdminKind::kUnban;
  statement.argument = party;
  statement.signer = own;
  statement.signature = key.Sign(statement.SignedHash());
  OrProblem(api.PostAdmin(statement.Encode()));
  std::cout << "node " << own.value << " of network " << FormatUuid(facts.network->id)
            << " forgot the failures of node " << party.value << std::endl;
  return 0;
}

}  // namespace passport::cli
