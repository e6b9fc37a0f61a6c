// The fuzz targets as functions of a program without libFuzzer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace passport::fuzz {

struct CorpusTarget {
  const char* name;
  int (*run)(const std::uint8_t* data, std::size_t size);
  // Null if the target leaves mutations to libFuzzer.
  std::size_t (*mutate)(std::uint8_t* data, std::size_t size, std::size_t size_max, unsigned seed);
};

std::vector<CorpusTarget> CorpusTargets();

}  // namespace passport::fuzz
