// How passportd is started for one node of a devnet: as whom its processes run, what its folder must hold.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "tools/cli/release_file.h"

namespace passport::cli {

struct NodeUsers {
  uid_t enclave;
  uid_t host;
  uid_t platform;
  uid_t verifier;
};

// Uids of the node's own if `self` is root, which is how production runs; nobody else can have them.
std::optional<NodeUsers> UsersOf(std::uint16_t party, uid_t self);

fs::path DataOf(const fs::path& folder);
// Whether the node in this folder was ever started and its data are there still.
bool HasRecords(const fs::path& folder);

// Throws a Problem if the node's folder has sealed records that a start could only lose: their root key is
// missing, or they belong to a user that the node's host will not be.
void CheckNodeFolder(const fs::path& folder, std::uint16_t party, uid_t self);

// Makes the folder that the node's host, under its own uid, writes its log into.
void MakeLogFolder(const fs::path& folder, std::uint16_t party, uid_t self);

// passportd's options for the node's folder. A root key is made only where nothing is sealed under another.
// Without a release the enclave is started in development.
std::vector<std::string> LauncherOptions(const fs::path& folder, std::uint16_t party, uid_t self,
                                         const std::optional<DevnetRelease>& release);

}  // namespace passport::cli
