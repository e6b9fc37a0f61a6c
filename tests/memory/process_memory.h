// All memory of another process that can be read, searched for secrets. Needs root.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/replay/needles.h"

namespace passport::memory {

// One mapping, as /proc/PID/smaps describes it.
struct Region {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool readable = false;
  bool writable = false;
  bool arena = false;  // left out of core files and of children, as only the enclave's arena is
  std::string name;

  std::uint64_t size() const { return end - begin; }
};
std::vector<Region> RegionsOf(pid_t pid);

struct Search {
  std::vector<std::string> outside;  // what was found elsewhere than in the arena: the name, and where
  std::vector<std::string> in_arena;
  std::size_t bytes_outside = 0;  // read and searched
  std::size_t bytes_in_arena = 0;
  std::size_t arena_regions = 0;
  std::size_t arena_refusals =
      0;  // pages that are there and could not be read, by /proc/PID/mem or process_vm_readv
};

// Searches every page of the process that is there, wherever it is, in RAM or in swap.
Search SearchProcess(pid_t pid, const replay::Needles& needles);

}  // namespace passport::memory
