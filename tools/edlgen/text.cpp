#include "tools/edlgen/text.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace passport::edlgen {

std::string Fill(const std::string& pattern, const Values& values) {
  std::string out;
  std::size_t at = 0;
  while (true) {
    const std::size_t open = pattern.find('$', at);
    if (open == std::string::npos) return out + pattern.substr(at);
    const std::size_t close = pattern.find('$', open + 1);
    if (close == std::string::npos) throw std::logic_error("pattern with an odd $: " + pattern);
    const std::string key = pattern.substr(open + 1, close - open - 1);
    const auto value = std::ranges::find(values, key, [](const auto& pair) { return pair.first; });
    if (value == values.end()) throw std::logic_error("pattern with unknown key " + key);
    out += pattern.substr(at, open - at) + value->second;
    at = close + 1;
  }
}

std::string Hex(std::uint64_t value, int digits) {
  char out[32];
  const int size = std::snprintf(out, sizeof out, "0x%0*llx", digits, static_cast<unsigned long long>(value));
  return std::string(out, static_cast<std::size_t>(size));
}

}  // namespace passport::edlgen
