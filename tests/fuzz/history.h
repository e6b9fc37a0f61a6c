// The inputs that made a state what it is. Where PASSPORT_FUZZ_HISTORY names a folder they are kept there, so
// that a finding that needs more than its last input can be repeated: the target, given these files in order,
// ends in the same way.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "edl/base/bytes.h"

namespace passport::fuzz {

class History {
 public:
  // The state is a new one.
  void Clear() {
    if (folder_ == nullptr) return;
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    count_ = 0;
  }
  void Add(ByteSpan input) {
    if (folder_ == nullptr) return;
    std::string name = std::to_string(count_++);
    name.insert(0, 8 - std::min<std::size_t>(name.size(), 8), '0');
    std::ofstream(std::string(folder_) + "/" + name, std::ios::binary) << AsText(input);
  }

 private:
  const char* folder_ = std::getenv("PASSPORT_FUZZ_HISTORY");
  std::size_t count_ = 0;
};

}  // namespace passport::fuzz
