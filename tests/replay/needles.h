// Many secrets looked for at once in many bytes, in the forms in which a mistake would write them.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "edl/base/bytes.h"

namespace passport::replay {

// A secret is found raw, with its bytes reversed (numbers of the other endianness), in hex of either case,
// and in base64 of either alphabet at each of the three alignments that it can have within a longer text.
class Needles {
 public:
  // secret: at least 16 bytes. name is what a hit is reported as.
  void Add(const std::string& name, ByteSpan secret);
  // The names of what occurs in the bytes, with the form, in the order of place.
  std::vector<std::string> FindIn(ByteSpan haystack) const;
  std::size_t count() const { return needles_.size(); }

 private:
  struct Needle {
    std::string name;
    Bytes bytes;
  };
  void AddForm(std::string name, Bytes bytes);

  std::vector<Needle> needles_;
  std::unordered_multimap<std::uint64_t, std::size_t> by_start_;  // the first eight bytes, to a needle
  std::vector<bool> starts_ = std::vector<bool>(1 << 16);  // the first two, so that most places cost nothing
};

}  // namespace passport::replay
