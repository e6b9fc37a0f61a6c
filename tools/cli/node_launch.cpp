#include "tools/cli/node_launch.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

// passportd's own defaults are those of node 1. The numbers belong to no distribution's range of users.
constexpr uid_t kFirstUid = 61001;
constexpr uid_t kFirstHelperUid = 62001;

fs::path KeyOf(const fs::path& folder) { return folder / "root.key"; }

}  // namespace

fs::path DataOf(const fs::path& folder) { return folder / "data"; }

bool HasRecords(const fs::path& folder) {
  std::error_code error;
  return fs::exists(DataOf(folder), error) && !fs::is_empty(DataOf(folder), error);
}

std::optional<NodeUsers> UsersOf(std::uint16_t party, uid_t self) {
  if (self != 0) return std::nullopt;
  const uid_t first = kFirstUid + 2 * (party - 1u);
  const uid_t first_helper = kFirstHelperUid + 2 * (party - 1u);
  return NodeUsers{first, first + 1, first_helper, first_helper + 1};
}

void CheckNodeFolder(const fs::path& folder, std::uint16_t party, uid_t self) {
  if (!HasRecords(folder)) return;
  const std::string node = "node " + std::to_string(party) + ": ";
  const std::optional<NodeUsers> users = UsersOf(party, self);
  const uid_t wanted = users ? users->host : self;
  struct stat data {};
  if (stat(DataOf(folder).c_str(), &data) != 0 || data.st_uid != wanted) {
    throw Problem(node + DataOf(folder).string() + " belongs to uid " + std::to_string(data.st_uid) +
                  ", and this run needs it to belong to uid " + std::to_string(wanted) +
                  "; run this as the user who made the network, or make another one with another --dir");
  }
  struct stat key {};
  if (lstat(KeyOf(folder).c_str(), &key) != 0) {
    throw Problem(node + KeyOf(folder).string() + " is missing, and no other key opens the shares in " +
                  DataOf(folder).string() +
                  "; put the file back, or, if it is lost, make another network with another --dir");
  }
}

void MakeLogFolder(const fs::path& folder, std::uint16_t party, uid_t self) {
  MakeFolder(folder, 0755);
  const std::optional<NodeUsers> users = UsersOf(party, self);
  if (users && chown(folder.c_str(), users->host, users->host) != 0)
    throw Problem("cannot give " + folder.string() + " to the host's uid: " + std::strerror(errno) +
                  "; take another --dir");
}

std::vector<std::string> LauncherOptions(const fs::path& folder, std::uint16_t party, uid_t self,
                                         const std::optional<DevnetRelease>& release) {
  std::vector<std::string> out = {"--root-key", KeyOf(folder), "--data-dir",
                                  DataOf({}),   "--pid-file",  folder / "pids"};
  if (!HasRecords(folder)) out.push_back("--make-root-key");
  if (const std::optional<NodeUsers> users = UsersOf(party, self)) {
    out.insert(out.end(), {"--enclave-uid", std::to_string(users->enclave), "--host-uid",
                           std::to_string(users->host), "--platform-uid", std::to_string(users->platform),
                           "--verifier-uid", std::to_string(users->verifier)});
  }
  if (release) {
    out.insert(out.end(), {"--release", release->file, "--release-key", release->signer});
  } else {
    out.push_back("--dev");
  }
  return out;
}

}  // namespace passport::cli
