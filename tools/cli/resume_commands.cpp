// passport admin resume: t operators let the other nodes go on when one is gone for good (rules.md 6, 14).
#include <iostream>

#include "tools/cli/clock.h"
#include "tools/cli/command.h"
#include "tools/cli/node_api.h"
#include "tools/cli/problem.h"
#include "tools/cli/statement_file.h"

namespace passport::cli {

int AdminResume(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("node", po::value<std::vector<std::string>>()->composing(),
                        "URL of a node that goes on; once for each of them (needed)")(
      "out", po::value<std::string>(), "the file to make (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string out = Required(*values, "out");
  const std::vector<std::string> nodes = NodesOf(*values);
  core::ResumeStatement statement;
  statement.number = UnixMs();
  statement.expires_unix_ms = statement.number + std::chrono::milliseconds(kStatementLife).count();
  std::uint16_t threshold = 0;
  for (const std::string& node : nodes) {
    const EnclaveFacts facts = OrProblem(ApiOf(node).GetEnclave());
    if (!facts.network)
      throw Problem(node + " has no manifest yet; give it one with `passport manifest send`");
    if (!statement.boots.empty() && statement.network != facts.network->id)
      throw Problem(node + " is of another network than " + nodes.front() + "; name nodes of one network");
    statement.network = facts.network->id;
    threshold = facts.network->t;
    if (!statement.boots.emplace(PartyIndex{facts.party}, facts.boot).second)
      throw UsageProblem(node + " was named twice");
  }
  if (statement.boots.size() < threshold) {
    throw Problem("fewer nodes than the threshold were named, so every node would refuse the statement: " +
                  std::to_string(statement.boots.size()) + " of at least " + std::to_string(threshold) +
                  "; give --node once for each node that goes on");
  }
  WriteNewFile(out, EncodeFile(statement), 0644);
  std::cout << Describe(statement) << "next: make sure that every node that is not named is gone for good; "
            << threshold
            << " operators run `passport admin sign --party N --operator-key FILE --manifest FILE " << out
            << "`, then one runs `passport admin send`" << std::endl;
  return 0;
}

}  // namespace passport::cli
