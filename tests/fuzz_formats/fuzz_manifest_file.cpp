// Manifest files, as operators hand them on: what is read is the same however its lines are broken and
// whatever people wrote in it.
#include "trusted/peer/manifest.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = peer::ParseFile(AsText({data, size}));
  if (!read.ok()) return 0;
  const std::string file = peer::EncodeFile(read.value(), "a summary\nof two lines");
  const auto again = peer::ParseFile(file);
  PASSPORT_CHECK(again.ok());
  PASSPORT_CHECK(again.value().Encode() == read.value().Encode());
  PASSPORT_CHECK(peer::EncodeFile(again.value(), "a summary\nof two lines") == file);
  return 0;
}
