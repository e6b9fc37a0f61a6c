// passport manifest init, sign, show, send and passport operator keygen: a network of separate machines.
#include <iostream>

#include "tools/cli/command.h"
#include "tools/cli/files.h"
#include "tools/cli/manifest_build.h"
#include "tools/cli/operator_key.h"
#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

using Texts = std::vector<std::string>;

// URL=HOST:PORT.
NodePlan PlanOf(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals + 1 == text.size())
    throw UsageProblem("--node is URL=PEERADDRESS, not " + text);
  const NodeApi api = ApiOf(text.substr(0, equals));
  NodePlan out;
  out.api_address = api.url().Origin();
  out.peer_address = text.substr(equals + 1);
  out.facts = OrProblem(api.GetEnclave());
  return out;
}

peer::RollbackRule ParseRollback(const std::string& text) {
  if (text == "strict") return peer::RollbackRule::kStrict;
  if (text == "weak") return peer::RollbackRule::kWeak;
  throw UsageProblem("--rollback is strict or weak");
}

peer::Profile ParseProfile(const std::string& text) {
  if (text == "production") return peer::Profile::kProduction;
  if (text == "devnet") return peer::Profile::kDevnet;
  if (text == "closed") return peer::Profile::kClosed;
  throw UsageProblem("--profile is production, closed or devnet");
}

std::uint16_t ReadCount(const po::variables_map& values, const char* name, std::size_t otherwise) {
  const long number = Optional<long>(values, name).value_or(static_cast<long>(otherwise));
  if (number < 0 || number > peer::kPartiesMax)
    throw UsageProblem(std::string("--") + name + " is out of range");
  return static_cast<std::uint16_t>(number);
}

}  // namespace

int OperatorKeygen(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("name", po::value<std::string>(), "NAME.key and NAME.pub are made (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string name = Required(*values, "name");
  const std::string text = ToHex(MakeOperatorKey(name + ".key").public_key());
  WriteNewFile(name + ".pub", text + "\n", 0644);
  std::cout << text << std::endl;
  return 0;
}

int ManifestInit(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("node", po::value<Texts>()->composing(),
                        "URL=PEERADDRESS of a running node that waits; once per node, node 1 first (needed)")(
      "operator", po::value<Texts>()->composing(),
      "public key of a node's operator, hex or file; once per node, in the order of --node (needed)")(
      "threshold", po::value<long>(), "nodes that must agree to sign (needed)")(
      "keygen-quorum", po::value<long>(),
      "nodes that must hold a new key; default threshold + 1, at most all")(
      "rollback", po::value<std::string>()->default_value("strict"), "strict or weak")(
      "profile", po::value<std::string>()->default_value("production"),
      "production; closed: scopes need an operator's token; or devnet")("out", po::value<std::string>(),
                                                                        "the file to make (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string out = Required(*values, "out");
  const Texts nodes = Optional<Texts>(*values, "node").value_or(Texts());
  const Texts operators = Optional<Texts>(*values, "operator").value_or(Texts());
  if (nodes.empty() || nodes.size() != operators.size())
    throw UsageProblem("--node and --operator are needed once for each node");
  if (!values->contains("threshold")) throw UsageProblem("--threshold is needed");
  NetworkPlan plan;
  plan.t = ReadCount(*values, "threshold", 0);
  plan.rollback = ParseRollback((*values)["rollback"].as<std::string>());
  plan.profile = ParseProfile((*values)["profile"].as<std::string>());
  plan.keygen_quorum = ReadCount(*values, "keygen-quorum", std::min<std::size_t>(nodes.size(), plan.t + 1u));
  const std::string warning = CheckThreshold(nodes.size(), plan.t);
  if (!warning.empty()) std::cerr << "warning: " << warning << std::endl;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    plan.nodes.push_back(PlanOf(nodes[i]));
    plan.nodes.back().operator_key = ParseOperatorPublicKey(operators[i]);
  }
  const peer::SignedManifest manifest{BuildManifest(plan), {}};
  WriteNewFile(out, EncodeManifestFile(manifest), 0644);
  std::cout << Describe(manifest)
            << "next: compare these keys with each node's operator; each runs `passport manifest sign "
               "--operator-key FILE "
            << out << "`" << std::endl;
  return 0;
}

int ManifestSign(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("operator-key", po::value<std::string>(), "the operator's key file (needed)")(
      "file", po::value<std::string>(), "the manifest (needed)");
  const auto values = ReadOptions(self, arguments, options, "file");
  if (!values) return 0;
  const std::string file = Required(*values, "file");
  const crypto::SigningKey key = LoadOperatorKey(Required(*values, "operator-key"));
  peer::SignedManifest manifest = ReadManifestFile(file);
  bool is_operator = false;
  for (const peer::ManifestRow& row : manifest.manifest.rows) {
    if (row.operator_key != key.public_key()) continue;
    manifest.Sign(row.party, key);
    is_operator = true;
  }
  if (!is_operator)
    throw Problem("the manifest has no node of the operator " + ToHex(key.public_key()) +
                  "; give the --operator-key that it names, or make the manifest again with this one");
  WriteFile(file, EncodeManifestFile(manifest), 0644);
  std::cout << Describe(manifest) << std::flush;
  return 0;
}

int ManifestShow(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("file", po::value<std::string>(), "the manifest (needed)");
  const auto values = ReadOptions(self, arguments, options, "file");
  if (!values) return 0;
  const std::string path = Required(*values, "file");
  const peer::SignedManifest manifest = ReadManifestFile(path);
  const Result<Unit> complete = peer::VerifyGenesis(manifest);
  const bool agree = CommentsAgree(ReadFile(path), manifest);
  std::cout << Describe(manifest)
            << (complete.ok() ? "complete: every operator signed"
                              : "not complete: " + Explain(complete.error(), About::kManifest).Text())
            << std::endl;
  if (!agree) {
    std::cout << "warning: the comment lines of " << path
              << " say something else: they were changed, or come from another version; no signature covers "
                 "them. Compare what is printed here, and get the file anew"
              << std::endl;
  }
  return complete.ok() && agree ? 0 : kExitFailed;
}

int ManifestSend(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()(
      "node", po::value<Texts>()->composing(),
      "URL of a node, which takes its first manifest from its own machine only; may be repeated; default: "
      "the addresses in the manifest")("file", po::value<std::string>(), "the manifest (needed)");
  const auto values = ReadOptions(self, arguments, options, "file");
  if (!values) return 0;
  const std::string path = Required(*values, "file");
  Texts nodes = Optional<Texts>(*values, "node").value_or(Texts());
  if (nodes.empty()) {
    for (const peer::ManifestRow& row : ReadManifestFile(path).manifest.rows)
      nodes.push_back(row.api_address);
  }
  const std::string file = ReadFile(path);
  for (const std::string& node : nodes) {
    OrProblem(ApiOf(node).PostManifest(file));
    std::cout << node << " took it" << std::endl;
  }
  return 0;
}

}  // namespace passport::cli
