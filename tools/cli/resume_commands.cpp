// passport admin resume, sign and send: t operators let the other nodes go on when one is gone for good
// (rules.md 6, 14).
#include <iostream>

#include "edl/base/uuid.h"
#include "tools/cli/clock.h"
#include "tools/cli/command.h"
#include "tools/cli/files.h"
#include "tools/cli/manifest_build.h"
#include "tools/cli/node_api.h"
#include "tools/cli/operator_key.h"
#include "tools/cli/problem.h"
#include "trusted/core/resume.h"

namespace passport::cli {
namespace {

using Texts = std::vector<std::string>;

// Operators sign one after the other, perhaps far apart.
constexpr std::chrono::hours kStatementLife{24};

std::string Describe(const core::ResumeStatement& statement) {
  std::string out = "network " + FormatUuid(statement.network) + "\n";
  for (const auto& [party, boot] : statement.boots)
    out += "node " + std::to_string(party.value) + " goes on with boot " + ToHex(boot.bytes) + "\n";
  for (const auto& [party, signature] : statement.signatures)
    out += "signed by the operator of node " + std::to_string(party.value) + "\n";
  return out;
}

std::string EncodeFile(const core::ResumeStatement& statement) { return ToBase64(statement.Encode()) + "\n"; }

core::ResumeStatement ReadStatementFile(const std::string& path) {
  std::string text = ReadFile(path);
  if (!text.empty() && text.back() == '\n') text.pop_back();
  const auto bytes = ParseBase64(text);
  auto statement = bytes.ok() ? core::ResumeStatement::Parse(bytes.value())
                              : Result<core::ResumeStatement>(Fail(Status::kMalformed));
  if (!statement.ok())
    throw Problem(path + " is no statement of `passport admin resume`: " +
                  Explain(statement.error(), About::kStatement).Text());
  return std::move(statement).value();
}

// A node would refuse the whole statement for one signature that is not of the operator it is said to be of.
void CheckSigner(const core::ResumeStatement& statement, const peer::Manifest& manifest,
                 const std::string& path, PartyIndex party, const crypto::Ed25519PublicKey& key) {
  if (statement.network != manifest.network_id) {
    throw Problem("the statement is for network " + FormatUuid(statement.network) + ", and " + path +
                  " is the manifest of network " + FormatUuid(manifest.network_id) +
                  "; give the manifest of the statement's network");
  }
  const peer::ManifestRow* row = manifest.Row(party);
  if (row == nullptr) {
    throw Problem("the manifest has no node " + std::to_string(party.value) +
                  "; --party is the number that `passport manifest show` gives your node");
  }
  if (row->operator_key != key) {
    throw Problem("this key is not that of the operator of node " + std::to_string(party.value) +
                  ", which is " + ToHex(row->operator_key) +
                  "; give the --operator-key or the --party that belong together");
  }
}

}  // namespace

int AdminResume(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("node", po::value<Texts>()->composing(),
                        "URL of a node that goes on; once for each of them (needed)")(
      "out", po::value<std::string>(), "the file to make (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string out = Required(*values, "out");
  const Texts nodes = Optional<Texts>(*values, "node").value_or(Texts());
  if (nodes.empty()) throw UsageProblem("--node is needed once for each node that goes on");
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

int AdminSign(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("operator-key", po::value<std::string>(), "the operator's key file (needed)")(
      "party", po::value<long>(), "number of the operator's node (needed)")(
      "manifest", po::value<std::string>(), "the network's manifest, whose operator this is (needed)")(
      "file", po::value<std::string>(), "the statement (needed)");
  const auto values = ReadOptions(self, arguments, options, "file");
  if (!values) return 0;
  const std::string file = Required(*values, "file");
  const crypto::SigningKey key = LoadOperatorKey(Required(*values, "operator-key"));
  const PartyIndex party = ReadParty(*values);
  const std::string manifest = Required(*values, "manifest");
  core::ResumeStatement statement = ReadStatementFile(file);
  CheckSigner(statement, ReadManifestFile(manifest).manifest, manifest, party, key.public_key());
  statement.signatures[party] = key.Sign(statement.SignedHash());
  WriteFile(file, EncodeFile(statement), 0644);
  std::cout << Describe(statement) << std::flush;
  return 0;
}

int AdminSend(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("node", po::value<Texts>()->composing(),
                        "URL of a node that goes on; once for each of them (needed)")(
      "file", po::value<std::string>(), "the statement (needed)");
  const auto values = ReadOptions(self, arguments, options, "file");
  if (!values) return 0;
  const Bytes statement = ReadStatementFile(Required(*values, "file")).Encode();
  const Texts nodes = Optional<Texts>(*values, "node").value_or(Texts());
  if (nodes.empty()) throw UsageProblem("--node is needed once for each node that goes on");
  for (const std::string& node : nodes) {
    OrProblem(ApiOf(node).PostAdmin(statement));
    std::cout << node << " took it" << std::endl;
  }
  return 0;
}

}  // namespace passport::cli
