// passport admin sign and send: what t operators have to sign, handed from one to the next.
#include <iostream>

#include "edl/base/uuid.h"
#include "tools/cli/clock.h"
#include "tools/cli/command.h"
#include "tools/cli/manifest_build.h"
#include "tools/cli/node_api.h"
#include "tools/cli/operator_key.h"
#include "tools/cli/problem.h"
#include "tools/cli/statement_file.h"
#include "trusted/crypto/hash.h"

namespace passport::cli {
namespace {

// A node would refuse the whole statement for one signature that is not of the operator it is said to be of.
void CheckSigner(const peer::NetworkId& network, const peer::Manifest& manifest, const std::string& path,
                 PartyIndex party, const crypto::Ed25519PublicKey& key) {
  if (network != manifest.network_id) {
    throw Problem("the statement is for network " + FormatUuid(network) + ", and " + path +
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

// Whoever signs for a backup that names another key of his would have a share for somebody else.
void CheckHolder(const Statement& statement, PartyIndex party, const crypto::SigningKey& key) {
  const auto* backup = std::get_if<core::BackupStatement>(&statement);
  if (backup == nullptr || !backup->holders.contains(party)) return;
  if (backup->holders.at(party) != crypto::PublicX25519(core::HolderKeyOf(key)))
    throw Problem(
        "the statement gives the share of the operator of node " + std::to_string(party.value) +
        " to another key than his; make it again with what `passport backup holder` prints for each");
}

// The very policy is in force there: a peer gave it, or it was sent before.
bool HasAlready(const std::string& node, const Statement& statement) {
  const auto* policy = std::get_if<core::PolicyStatement>(&statement);
  if (policy == nullptr) return false;
  const auto facts = ApiOf(node).GetEnclave();
  return facts.ok() && facts.value().policy &&
         facts.value().policy->sha256 == crypto::HashSha256(AsBytes(policy->file));
}

}  // namespace

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
  Statement statement = ReadStatementFile(file);
  CheckHolder(statement, party, key);
  CheckTimes(statement, UnixMs());
  std::visit(
      [&](auto& each) {
        CheckSigner(each.network, ReadManifestFile(manifest).manifest, manifest, party, key.public_key());
        each.signatures[party] = key.Sign(each.SignedHash());
      },
      statement);
  WriteFile(file, EncodeFile(statement), 0644);
  std::cout << Describe(statement) << std::flush;
  return 0;
}

int AdminSend(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("node", po::value<std::vector<std::string>>()->composing(),
                        "URL of a node that it is for; once for each of them (needed)")(
      "file", po::value<std::string>(), "the statement (needed)");
  const auto values = ReadOptions(self, arguments, options, "file");
  if (!values) return 0;
  const Statement statement = ReadStatementFile(Required(*values, "file"));
  std::cout << Describe(statement) << std::flush;
  if (std::holds_alternative<core::BackupStatement>(statement))
    throw Problem(
        "a statement about a backup goes with it: use `passport backup export` or `passport backup restore`");
  const Bytes encoded = std::visit([](const auto& each) { return each.Encode(); }, statement);
  // Each gets it, whatever the others say: nodes of two policies would not talk to each other.
  std::string left;
  for (const std::string& node : NodesOf(*values)) {
    try {
      OrProblem(ApiOf(node).PostAdmin(encoded));
      std::cout << node << " took it" << std::endl;
    } catch (const Problem& problem) {
      if (HasAlready(node, statement)) {
        std::cout << node << " has it already" << std::endl;
        continue;
      }
      std::cerr << node << ": " << problem.what() << std::endl;
      left += " --node " + node;
    }
  }
  if (left.empty()) return 0;
  throw Problem("some nodes did not take it, see above; once that is mended: passport admin send" + left +
                " --file " + Required(*values, "file"));
}

}  // namespace passport::cli
