#include "tests/memory/process_memory.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <fstream>

#include "edl/base/check.h"

namespace passport::memory {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::size_t kOverlap = 256;  // longer than any form of a needle, so that none is missed at a seam

class File {
 public:
  File(pid_t pid, const char* name)
      : fd_(open(("/proc/" + std::to_string(pid) + "/" + name).c_str(), O_RDONLY | O_CLOEXEC)) {
    PASSPORT_CHECK(fd_ >= 0);
  }
  ~File() { close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  // Whether all of it could be read.
  bool Read(std::uint64_t at, void* to, std::size_t size) const {
    return pread(fd_, to, size, static_cast<off_t>(at)) == static_cast<ssize_t>(size);
  }

 private:
  int fd_;
};

bool HasFlag(const std::string& flags, const char* flag) { return flags.find(flag) != std::string::npos; }

// The pages of a region that are there, as runs [begin, end). Pages of a file may be anywhere in its cache
// and all count.
struct Run {
  std::uint64_t begin;
  std::uint64_t end;
};
std::vector<Run> RunsOf(const Region& region, const File& pagemap) {
  constexpr std::uint64_t kPresentOrSwapped = std::uint64_t{3} << 62;
  std::vector<Run> out;
  std::vector<std::uint64_t> entries;
  constexpr std::uint64_t kEntriesAtOnce = 1 << 15;
  for (std::uint64_t page = region.begin / kPage; page < region.end / kPage; page += entries.size()) {
    entries.resize(std::min(kEntriesAtOnce, region.end / kPage - page));
    if (!pagemap.Read(page * 8, entries.data(), entries.size() * 8)) return {{region.begin, region.end}};
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if ((entries[i] & kPresentOrSwapped) == 0) continue;
      const std::uint64_t at = (page + i) * kPage;
      if (!out.empty() && out.back().end == at) {
        out.back().end += kPage;
      } else {
        out.push_back({at, at + kPage});
      }
    }
  }
  return out;
}

bool ReadAcross(pid_t pid, std::uint64_t at) {
  char byte = 0;
  const iovec here{&byte, 1};
  const iovec there{reinterpret_cast<void*>(at), 1};
  return process_vm_readv(pid, &here, 1, &there, 1, 0) == 1;
}

}  // namespace

std::vector<Region> RegionsOf(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps");
  std::vector<Region> out;
  for (std::string line; std::getline(file, line);) {
    Region next;
    char permissions[5] = {};
    int name_at = 0;
    if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64 " %4s %*s %*s %*s %n", &next.begin, &next.end,
                    permissions, &name_at) >= 3) {
      next.readable = permissions[0] == 'r';
      next.writable = permissions[1] == 'w';
      next.name = line.substr(static_cast<std::size_t>(name_at));
      out.push_back(next);
    } else if (line.starts_with("VmFlags:") && !out.empty()) {
      out.back().arena = HasFlag(line, " dd") && HasFlag(line, " dc");
    }
  }
  return out;
}

Search SearchProcess(pid_t pid, const replay::Needles& needles) {
  const File memory(pid, "mem");
  const File pagemap(pid, "pagemap");
  Search out;
  for (const Region& region : RegionsOf(pid)) {
    if (!region.readable || region.name.starts_with("[v"))
      continue;  // the kernel's own pages, the same for all
    out.arena_regions += region.arena ? 1 : 0;
    for (const Run& run : RunsOf(region, pagemap)) {
      constexpr std::uint64_t kPieceBytes = 1 << 20;
      Bytes piece;
      for (std::uint64_t at = run.begin; at < run.end; at += kPieceBytes) {
        const std::uint64_t from = at == run.begin ? at : at - kOverlap;
        piece.resize(std::min(at + kPieceBytes, run.end) - from);
        if (!memory.Read(from, piece.data(), piece.size())) {
          if (region.arena && !ReadAcross(pid, from)) ++out.arena_refusals;
          continue;
        }
        (region.arena ? out.bytes_in_arena : out.bytes_outside) += piece.size();
        for (const std::string& name : needles.FindIn(piece)) {
          if (region.arena) {
            out.in_arena.push_back(name);
          } else {
            out.outside.push_back(name + (region.writable ? " in " : " in a read-only ") +
                                  (region.name.empty() ? "memory without a name" : region.name));
          }
        }
      }
    }
  }
  return out;
}

}  // namespace passport::memory
