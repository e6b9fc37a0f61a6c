// Reads the files of released formats in this folder; every later version must understand them.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "edl/base/bytes.h"
#include "edl/base/result.h"

namespace passport::golden {

// The bytes of a golden file; a test failure if it is missing or empty.
inline Bytes ReadGolden(const std::string& name) {
  std::ifstream in(std::string(PASSPORT_SOURCE_DIR) + "/tests/golden/" + name, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_FALSE(text.empty()) << name;
  return ToBytes(text);
}

// Whether a file decodes and encodes to itself.
template <class T>
bool RoundTrips(const std::string& name) {
  const Bytes bytes = ReadGolden(name);
  const Result<T> parsed = T::Parse(bytes);
  if (!parsed.ok()) return false;
  if constexpr (requires(const T& value) { value.EncodeSecret(); }) {
    return Equal(parsed.value().EncodeSecret().Expose(), bytes);
  } else {
    return parsed.value().Encode() == bytes;
  }
}

// Whether PASSPORT_WRITE_GOLDEN=1 asks for the files that are missing.
inline bool Writing() {
  const char* asked = std::getenv("PASSPORT_WRITE_GOLDEN");
  return asked != nullptr && std::string_view(asked) == "1";
}
// Writes a file that is missing, if asked to.
inline void WriteMissing(const std::string& name, ByteSpan bytes) {
  const std::filesystem::path path = std::string(PASSPORT_SOURCE_DIR) + "/tests/golden/" + name;
  if (!Writing() || std::filesystem::exists(path)) return;
  std::ofstream(path, std::ios::binary) << AsText(bytes);
}

// first, first + 1, ...: the made-up keys and ids of the golden files.
template <std::size_t N>
ByteArray<N> Numbered(std::uint8_t first) {
  ByteArray<N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = static_cast<std::uint8_t>(first + i);
  return out;
}

}  // namespace passport::golden
