// Reads the files of released formats in this folder; every later version must understand them.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "edl/base/bytes.h"

namespace passport::golden {

// The bytes of a golden file; a test failure if it is missing or empty.
inline Bytes ReadGolden(const std::string& name) {
  std::ifstream in(std::string(PASSPORT_SOURCE_DIR) + "/tests/golden/" + name, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_FALSE(text.empty()) << name;
  return ToBytes(text);
}

// first, first + 1, ...: the made-up keys and ids of the golden files.
template <std::size_t N>
ByteArray<N> Numbered(std::uint8_t first) {
  ByteArray<N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = static_cast<std::uint8_t>(first + i);
  return out;
}

}  // namespace passport::golden
