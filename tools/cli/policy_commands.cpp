// passport admin policy, policy draft: another attestation policy for a network, for t operators to sign
// (boundary.md 5.3).
#include <iostream>

#include "tools/cli/clock.h"
#include "tools/cli/command.h"
#include "tools/cli/manifest_build.h"
#include "tools/cli/policy_file.h"
#include "tools/cli/problem.h"
#include "tools/cli/statement_file.h"
#include "tools/cli/verifier_process.h"

namespace passport::cli {
namespace {

constexpr int kExitRefused = 3;  // by the policy, as of `passport attest`

using Texts = std::vector<std::string>;

HardwareVerifier VerifierOf(const po::variables_map& values) {
  const auto program = Optional<std::string>(values, "verifier");
  if (!program) return {};
  return [program](ByteSpan evidence) { return RunVerifier(*program, evidence); };
}

// The named nodes; of a single one also the rest of its network, where the manifest says that they are.
Texts NodesToAsk(const Texts& named, const EnclaveFacts& facts) {
  if (named.size() > 1) return named;
  Texts out = named;
  for (const auto& [party, address] : facts.network->api_addresses) {
    if (party.value != facts.party) out.push_back(address);
  }
  return out;
}

// Nodes of the network that nobody asked, by the URLs of its manifest: they have to take a policy, too.
void PrintNotAsked(const std::vector<NodeTrial>& trials, const EnclaveFacts& facts) {
  for (const auto& [party, address] : facts.network->api_addresses) {
    const bool asked = std::ranges::any_of(trials, [party = party](const NodeTrial& trial) {
      return trial.shown && trial.shown->claims.node == party;
    });
    if (!asked) std::cout << "node " << party.value << " (" << address << "): not asked\n";
  }
  std::cout << std::flush;
}

// One line for each; whether all would be accepted, and take it.
bool Print(const std::vector<NodeTrial>& trials) {
  bool all = true;
  for (const NodeTrial& trial : trials) {
    const std::string node =
        trial.shown ? "node " + std::to_string(trial.shown->claims.node.value) + " " : "";
    std::cout << node << "(" << trial.url
              << "): " << (trial.accepted() ? "accepted" : "NOT accepted: " + trial.why) << '\n';
    all = all && trial.accepted();
  }
  std::cout << std::flush;
  return all;
}

std::string NodeOptions(const std::vector<NodeTrial>& trials) {
  std::string out;
  for (const NodeTrial& trial : trials) out += " --node " + trial.url;
  return out;
}

// What the statement replaces at each node that was named: such a node has to be there, whatever it is.
void NameStarts(const Texts& named, const std::vector<NodeTrial>& trials, core::PolicyStatement& statement) {
  for (const NodeTrial& trial : trials) {
    if (std::ranges::find(named, trial.url) == named.end()) continue;
    if (!trial.genuine) {
      throw Problem(trial.url + " is no node of the manifest that shows what it has: " + trial.why +
                    "; give the URLs of nodes that run");
    }
    const claims::Claims& claims = trial.shown->claims;
    if (!statement.replaces
             .emplace(claims.node, core::ReplacedPolicy{claims.boot, claims.configuration.policy_hash})
             .second)
      throw UsageProblem(trial.url + " was named twice");
  }
}

}  // namespace

int AdminPolicy(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("file", po::value<std::string>(), "the policy file (needed)")(
      "node", po::value<Texts>()->composing(),
      "URL of a node (needed); of one alone the others are asked where the manifest says they are, of more "
      "exactly these")("out", po::value<std::string>(), "the statement to make (needed, but with --dry-run)")(
      "dry-run", "only ask every node for its evidence and say which ones the policy would refuse")(
      "force", "make the statement although a node is refused or not reached")(
      "recover",
      "for nodes that have no session: for the present starts of those that are named with --node")(
      "manifest", po::value<std::string>(),
      "the network's manifest, whose keys the nodes must have (needed with --recover)")(
      "verifier", po::value<std::string>(), "the program passport-verifier, for evidence with certificates");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string path = Required(*values, "file");
  const Texts named = NodesOf(*values);
  const bool dry = values->contains("dry-run");
  const std::string out = dry ? "" : Required(*values, "out");
  const bool recover = values->contains("recover");
  std::optional<peer::SignedManifest> manifest;
  if (recover || values->contains("manifest")) manifest = ReadManifestFile(Required(*values, "manifest"));
  core::PolicyStatement statement;
  statement.file = ReadFile(path);
  const claims::Policy policy = ParsePolicyText(statement.file, path);
  const EnclaveFacts facts = OrProblem(ApiOf(named.front()).GetEnclave());
  if (!facts.network)
    throw Problem(named.front() + " has no manifest yet; give it one with `passport manifest send`");
  std::vector<NodeTrial> trials;
  const TryBy by{&policy, manifest ? &*manifest : nullptr, VerifierOf(*values)};
  for (const std::string& url : NodesToAsk(named, facts)) trials.push_back(TryNode(url, by));
  for (NodeTrial& trial : trials) {
    const std::string refusal = trial.shown ? RefusalAt(trial, policy, recover) : "";
    if (!refusal.empty()) trial.why += (trial.why.empty() ? "" : "; ") + refusal;
  }
  const bool all = Print(trials);
  PrintNotAsked(trials, facts);
  if (dry) return all ? 0 : kExitRefused;
  if (!all && !values->contains("force")) {
    throw Problem(
        "not every node would be accepted under it and take it; mend the nodes or the policy, or make the "
        "statement nevertheless with --force: a node that does not satisfy it is out");
  }
  statement.network = facts.network->id;
  statement.number = UnixMs();
  statement.expires_unix_ms = statement.number + std::chrono::milliseconds(kStatementLife).count();
  if (recover) NameStarts(named, trials, statement);
  WriteNewFile(out, EncodeFile(statement), 0644);
  std::cout << Describe(statement) << "next: " << facts.network->t
            << " operators run `passport admin sign --party N --operator-key FILE --manifest FILE " << out
            << "`, then one runs `passport admin send" << NodeOptions(trials) << " --file " << out << "`"
            << (trials.size() < facts.network->n ? ", and for the nodes that were not asked" : "")
            << "; it ends at " << UtcText(statement.expires_unix_ms) << std::endl;
  return 0;
}

int PolicyDraft(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("node", po::value<Texts>()->composing(),
                        "URL of a node that the policy accepts; once for each of them (needed)")(
      "manifest", po::value<std::string>(),
      "the network's manifest, whose keys the nodes must have (needed)")("out", po::value<std::string>(),
                                                                         "the file to make (needed)")(
      "verifier", po::value<std::string>(), "the program passport-verifier, for evidence with certificates");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string out = Required(*values, "out");
  const peer::SignedManifest manifest = ReadManifestFile(Required(*values, "manifest"));
  const TryBy by{nullptr, &manifest, VerifierOf(*values)};
  std::vector<NodeTrial> nodes;
  for (const std::string& url : NodesOf(*values)) {
    nodes.push_back(TryNode(url, by));
    if (!nodes.back().accepted()) throw Problem(url + " cannot be drafted for: " + nodes.back().why);
  }
  const std::string text = PolicyText(DraftPolicy(nodes));
  WriteNewFile(out, text, 0644);
  std::vector<std::string> warnings = WeakerThanTheRest(nodes);
  const claims::Policy drafted = ParsePolicyText(text, out);
  for (const NodeTrial& node : nodes) {
    if (const std::string refusal = RefusalAt(node, drafted, false); !refusal.empty())
      warnings.push_back(node.url + ": " + refusal);
  }
  for (const std::string& warning : warnings) std::cerr << "warning: " << warning << std::endl;
  std::cout << text
            << "next: compare its keys and images with what the operators know, edit it: what is "
               "required once stays so, and a provider that is left out can never be named later; then "
               "`passport admin policy --node URL --file "
            << out << " --out FILE`" << std::endl;
  return 0;
}

}  // namespace passport::cli
