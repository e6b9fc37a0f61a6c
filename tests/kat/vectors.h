// Reads the known-answer files of this folder: one case per line, its kind first, then fields split by
// spaces.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "edl/base/bytes.h"

namespace passport::kat {

using Fields = std::vector<std::string>;

// The bytes of a hex field; a test failure and nothing if it is not hex.
inline Bytes Hex(std::string_view text) {
  Result<Bytes> bytes = ParseHex(text);
  EXPECT_TRUE(bytes.ok()) << text;
  return bytes.ok() ? std::move(bytes).value() : Bytes{};
}
template <std::size_t N>
ByteArray<N> HexArray(std::string_view text) {
  const Result<ByteArray<N>> bytes = ToArray<N>(Hex(text));
  EXPECT_TRUE(bytes.ok()) << text;
  return bytes.ok() ? bytes.value() : ByteArray<N>{};
}

// The message of crypto_vectors.py with this many bytes.
inline Bytes Message(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 7 % 251);
  return out;
}

// The fields after the kind of every line of that kind, with empty strings up to `size` fields. A file
// without such a line fails the test.
inline std::vector<Fields> Cases(const std::string& file, const std::string& kind, std::size_t size) {
  std::ifstream in(std::string(PASSPORT_SOURCE_DIR) + "/tests/kat/" + file);
  std::vector<Fields> out;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string word;
    if (!(words >> word) || word != kind) continue;
    Fields fields;
    while (words >> word) fields.push_back(word);
    if (fields.size() < size) fields.resize(size);
    out.push_back(std::move(fields));
  }
  EXPECT_FALSE(out.empty()) << file << ": " << kind;
  return out;
}

}  // namespace passport::kat
