// Statements that several operators sign, one after the other, as files that they hand on.
#pragma once

#include <variant>

#include "tools/cli/command.h"
#include "tools/cli/files.h"
#include "trusted/core/backup_statement.h"
#include "trusted/core/policy_statement.h"
#include "trusted/core/resume.h"

namespace passport::cli {

// Operators sign one after the other, perhaps far apart.
inline constexpr std::chrono::hours kStatementLife{24};

using Statement = std::variant<core::ResumeStatement, core::PolicyStatement, core::BackupStatement>;

// What it says and who has signed, in lines. Throws a Problem if it carries a policy that is none.
std::string Describe(const Statement& statement);
// A Problem if no node takes it by its times, for a clock that says `now_ms`: it has ended, is valid for too
// long, or is made in the future.
void CheckTimes(const Statement& statement, std::uint64_t now_ms);
std::string EncodeFile(const Statement& statement);
// Throws a Problem if the file has none of them.
Statement ReadStatementFile(const std::string& path);
// One about a backup, of this kind. Throws a Problem that says which command makes it.
core::BackupStatement ReadBackupStatement(const std::string& path, core::BackupKind kind);

// Each --node; a UsageProblem without one.
std::vector<std::string> NodesOf(const po::variables_map& values);

}  // namespace passport::cli
