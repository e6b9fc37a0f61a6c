// Filling in of text patterns.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace passport::edlgen {

using Values = std::vector<std::pair<std::string, std::string>>;

// The pattern with each $key$ replaced. A key that is not among the values is a bug and throws.
std::string Fill(const std::string& pattern, const Values& values);

std::string Hex(std::uint64_t value, int digits);  // with 0x

}  // namespace passport::edlgen
