// passport admin policy: another attestation policy for a network, for t operators to sign (boundary.md 5.3).
#include <iostream>

#include "tools/cli/clock.h"
#include "tools/cli/command.h"
#include "tools/cli/node_api.h"
#include "tools/cli/problem.h"
#include "tools/cli/statement_file.h"
#include "trusted/claims/policy.h"

namespace passport::cli {

int AdminPolicy(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("file", po::value<std::string>(), "the policy file (needed)")(
      "node", po::value<std::string>(), "URL of any node of the network (needed)")(
      "out", po::value<std::string>(), "the statement to make (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string path = Required(*values, "file");
  const std::string node = Required(*values, "node");
  const std::string out = Required(*values, "out");
  core::PolicyStatement statement;
  statement.file = ReadFile(path);
  const auto policy = claims::ParsePolicy(statement.file);
  if (!policy.ok()) throw Problem(path + " is no policy: " + policy.error().text + "; correct it");
  const EnclaveFacts facts = OrProblem(ApiOf(node).GetEnclave());
  if (!facts.network) throw Problem(node + " has no manifest yet; give it one with `passport manifest send`");
  statement.network = facts.network->id;
  statement.number = UnixMs();
  statement.expires_unix_ms = statement.number + std::chrono::milliseconds(kStatementLife).count();
  WriteNewFile(out, EncodeFile(statement), 0644);
  std::cout << Describe(statement) << "next: " << facts.network->t
            << " operators run `passport admin sign --party N --operator-key FILE --manifest FILE " << out
            << "`, then one runs `passport admin send --node URL ... " << out
            << "` for every node; nodes take it only as version " << policy.value().version
            << " after the one before, and no weaker" << std::endl;
  return 0;
}

}  // namespace passport::cli
