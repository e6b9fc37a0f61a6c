// Files of the CLI: read whole, written whole and at once.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "edl/base/bytes.h"

namespace passport::cli {

namespace fs = std::filesystem;

// A descriptor of a regular file: nothing waits for a FIFO or a device, whoever put it there. Throws a
// Problem that names it.
int OpenRegular(const fs::path& path);
// Throws a Problem that names the file; one longer than 16 MiB is none of ours.
std::string ReadFile(const fs::path& path);
// Writes next to the file and renames, so that a reader sees the old or the new one. Throws a Problem.
void WriteFile(const fs::path& path, std::string_view content, mode_t mode);
// The same for a file that must not exist yet: a key is never overwritten.
void WriteNewFile(const fs::path& path, std::string_view content, mode_t mode);
// Makes the folder and its parents; an existing one keeps its mode.
void MakeFolder(const fs::path& path, mode_t mode);
// The folder of this very program, where its siblings are.
fs::path ProgramFolder();

// One writer at a time in a folder: waits up to 60 s for another run of the CLI, then throws a Problem.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_;
};

}  // namespace passport::cli
