// passport backup holder, admin backup, backup export: a node's records leave it on t operators' word, sealed
// for them (docs/operations/backup.md).
#include <iostream>

#include "edl/base/uuid.h"
#include "tools/cli/backup_file.h"
#include "tools/cli/clock.h"
#include "tools/cli/command.h"
#include "tools/cli/deadline.h"
#include "tools/cli/node_api.h"
#include "tools/cli/operator_key.h"
#include "tools/cli/problem.h"
#include "tools/cli/statement_file.h"
#include "trusted/core/backup_messages.h"

namespace passport::cli {
namespace {

using Texts = std::vector<std::string>;

constexpr std::chrono::seconds kChunkTime{30};  // until its host gives an enclave a record

// "N=64-hex-digits".
std::pair<PartyIndex, crypto::X25519PublicKey> ParseHolder(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string digits = text.substr(0, equals);
  const bool number =
      !digits.empty() && digits.size() <= 2 && digits.find_first_not_of("0123456789") == std::string::npos;
  const auto bytes = ParseHex(equals == std::string::npos ? "" : std::string_view(text).substr(equals + 1));
  const auto key = bytes.ok() ? ToArray<32>(bytes.value()) : Fail(Status::kBadHex);
  if (!number || !key.ok())
    throw UsageProblem(
        "--holder is N=KEY: the number of an operator's node, and what `passport backup holder` "
        "prints for him, 64 hex digits; not " +
        text);
  return {PartyIndex{static_cast<std::uint16_t>(std::stoul(digits))}, key.value()};
}

// The enclave asks its host for a record that it does not have at hand, and says that it is busy.
core::BackupChunk TakeChunk(const NodeApi& api, std::uint64_t number) {
  const Deadline deadline(kChunkTime);
  const Bytes request = core::BackupChunkRequest{number}.Encode();
  for (;;) {
    const StatementAnswer answer = OrProblem(api.AskAdmin(request));
    if (answer.status == Status::kOk)
      return OrProblem(core::BackupChunk::Parse(answer.reply), "a chunk that the node gave");
    if (answer.status != Status::kBusy || !deadline.Pause())
      throw Problem(api.Refused(answer.status, About::kBackup).Text() +
                    "; the statement is used up: make a new one with `passport admin backup`");
  }
}

}  // namespace

int BackupHolder(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("operator-key", po::value<std::string>(), "the operator's key file (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const crypto::SigningKey key = LoadOperatorKey(Required(*values, "operator-key"));
  std::cout << ToHex(crypto::PublicX25519(core::HolderKeyOf(key))) << std::endl;
  return 0;
}

int AdminBackup(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("node", po::value<std::string>(),
                        "URL of the node whose records are backed up (needed)")(
      "holder", po::value<Texts>()->composing(),
      "N=KEY: the operator of node N gets a share of the backup's key; KEY is what `passport backup holder` "
      "prints for him; at least as many as the threshold (needed)")("out", po::value<std::string>(),
                                                                    "the statement to make (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string node = Required(*values, "node");
  const std::string out = Required(*values, "out");
  core::BackupStatement statement;
  for (const std::string& text : Optional<Texts>(*values, "holder").value_or(Texts())) {
    if (!statement.holders.insert(ParseHolder(text)).second)
      throw UsageProblem("--holder names one node twice: " + text);
  }
  const EnclaveFacts facts = OrProblem(ApiOf(node).GetEnclave());
  if (!facts.network) throw Problem(node + " has no manifest yet; give it one with `passport manifest send`");
  if (statement.holders.size() < facts.network->t)
    throw Problem("fewer operators than the threshold would have shares, so the node would refuse it: " +
                  std::to_string(statement.holders.size()) + " of at least " +
                  std::to_string(facts.network->t) + "; give --holder for each of them");
  statement.network = facts.network->id;
  statement.node = PartyIndex{facts.party};
  statement.number = UnixMs();
  statement.expires_unix_ms = statement.number + std::chrono::milliseconds(kStatementLife).count();
  WriteNewFile(out, EncodeFile(statement), 0644);
  std::cout << Describe(statement) << "next: " << facts.network->t
            << " operators compare the keys and run `passport admin sign --party N --operator-key FILE "
               "--manifest FILE "
            << out << "`, then one runs `passport backup export --node " << node << " --statement " << out
            << " --out FILE`" << std::endl;
  return 0;
}

int BackupExport(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("node", po::value<std::string>(), "URL of the node (needed)")(
      "statement", po::value<std::string>(), "the statement of `passport admin backup`, signed (needed)")(
      "out", po::value<std::string>(), "the backup to write (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const NodeApi api = ApiOf(Required(*values, "node"));
  const core::BackupStatement statement =
      ReadBackupStatement(Required(*values, "statement"), core::BackupKind::kExport);
  const std::string out = Required(*values, "out");
  BackupFileWriter file(out);  // before the statement is used up
  const StatementAnswer begun = OrProblem(api.AskAdmin(statement.Encode()));
  if (begun.status != Status::kOk) throw Problem(api.Refused(begun.status, About::kBackup).Text());
  const auto key = OrProblem(sealing::QuorumKey::Parse(begun.reply), "the key that the node gave");
  if (key.context != statement.SignedHash() || key.shares.size() != statement.holders.size())
    throw Problem(
        "the node gave the key of another backup; do not rely on this node until its operator has "
        "explained it");
  file.Add(begun.reply);
  std::uint64_t chunks = 0;
  for (bool last = false; !last; ++chunks) {
    const core::BackupChunk chunk = TakeChunk(api, chunks);
    file.Add(chunk.chunk);
    last = chunk.last;
    Pace();
  }
  file.Finish();
  std::cout << out << ": " << chunks << " chunks of node " << statement.node.value << "; " << int{key.k}
            << " of " << key.shares.size() << " operators can open it" << std::endl;
  return 0;
}

}  // namespace passport::cli
