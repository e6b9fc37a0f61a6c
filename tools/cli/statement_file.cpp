#include "tools/cli/statement_file.h"

#include <algorithm>

#include "edl/base/uuid.h"
#include "tools/cli/clock.h"
#include "tools/cli/policy_file.h"
#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

std::string What(const core::ResumeStatement& statement) {
  std::string out;
  for (const auto& [party, boot] : statement.boots)
    out += "node " + std::to_string(party.value) + " goes on with boot " + ToHex(boot.bytes) + "\n";
  return out;
}

// Not the file as it came, which may be written so that a terminal shows something else.
std::string What(const core::PolicyStatement& statement) {
  const claims::Policy policy = ParsePolicyText(statement.file, "what the statement carries");
  std::string out = "attestation policy, sha256 " + ToHex(policy.hash) + ":\n" + PolicyText(policy);
  if (!statement.replaces.empty()) {
    out +=
        "RECOVERY, without the network's time: it may be weaker than what it replaces where that has not "
        "been "
        "proven by sessions\n";
  }
  for (const auto& [party, replaced] : statement.replaces) {
    out += "at node " + std::to_string(party.value) + " it replaces, for its boot " +
           ToHex(replaced.boot.bytes) + ", the policy with sha256 " + ToHex(replaced.policy) + "\n";
  }
  return out;
}

std::string What(const core::BackupStatement& statement) {
  const std::string node = "node " + std::to_string(statement.node.value);
  if (statement.kind == core::BackupKind::kRestore) {
    return "RESTORE of the records of " + node + " from the backup " + ToHex(statement.backup) +
           "\ninto the enclave with the channel key " + ToHex(statement.to) + "\n";
  }
  std::string out = "BACKUP of all records of " + node + ", to be opened by these operators:\n";
  for (const auto& [party, key] : statement.holders)
    out += "the operator of node " + std::to_string(party.value) + " with the key " + ToHex(key) + "\n";
  return out;
}

}  // namespace

std::string Describe(const Statement& statement) {
  return std::visit(
      [](const auto& each) {
        std::string out = "network " + FormatUuid(each.network) + "\n" + What(each) + "made at " +
                          UtcText(each.number) + "\nends at " + UtcText(each.expires_unix_ms) + "\n";
        for (const auto& [party, signature] : each.signatures)
          out += "signed by the operator of node " + std::to_string(party.value) + "\n";
        return out;
      },
      statement);
}

void CheckTimes(const Statement& statement, std::uint64_t now_ms) {
  const auto [made, ends] =
      std::visit([](const auto& each) { return std::pair(each.number, each.expires_unix_ms); }, statement);
  const std::string again = "; make it again with `passport admin resume` or `policy`";
  if (ends <= now_ms)
    throw Problem("the statement ended at " + UtcText(ends) + " and no node takes it" + again);
  if (ends - std::min(made, ends) > core::kStatementLifeMaxMs)
    throw Problem("the statement would be valid from " + UtcText(made) + " to " + UtcText(ends) +
                  ", longer than the 30 days that a node takes" + again);
  if (made > now_ms && made - now_ms > core::kNumberAheadMs)
    throw Problem("the statement is made at " + UtcText(made) +
                  ", which is still to come by this machine's " + "clock; compare the clocks" + again);
}

std::string EncodeFile(const Statement& statement) {
  return std::visit([](const auto& each) { return ToBase64(each.Encode()) + "\n"; }, statement);
}

Statement ReadStatementFile(const std::string& path) {
  std::string text = ReadFile(path);
  if (!text.empty() && text.back() == '\n') text.pop_back();
  if (const auto bytes = ParseBase64(text); bytes.ok()) {
    if (auto resume = core::ResumeStatement::Parse(bytes.value()); resume.ok())
      return std::move(resume).value();
    if (auto policy = core::PolicyStatement::Parse(bytes.value()); policy.ok())
      return std::move(policy).value();
    if (auto backup = core::BackupStatement::Parse(bytes.value()); backup.ok())
      return std::move(backup).value();
  }
  throw Problem(path + " is no statement of `passport admin resume`, `policy`, `backup` or `restore`: " +
                Explain(Status::kMalformed, About::kStatement).Text());
}

core::BackupStatement ReadBackupStatement(const std::string& path, core::BackupKind kind) {
  const Statement statement = ReadStatementFile(path);
  const auto* backup = std::get_if<core::BackupStatement>(&statement);
  if (backup != nullptr && backup->kind == kind) return *backup;
  throw Problem(path + " is no statement of `passport admin " +
                (kind == core::BackupKind::kExport ? "backup" : "restore") + "`; make one with it");
}

std::vector<std::string> NodesOf(const po::variables_map& values) {
  auto nodes = Optional<std::vector<std::string>>(values, "node");
  if (!nodes) throw UsageProblem("--node is needed once for each node that it is for");
  return *std::move(nodes);
}

}  // namespace passport::cli
