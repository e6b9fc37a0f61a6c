// The evidence of a request, as nodes hand it on: one encoding, and a copy of it is the same.
#include "trusted/auth/evidence.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  const auto evidence = auth::Evidence::Parse(input);
  if (!evidence.ok()) return 0;
  PASSPORT_CHECK(Equal(evidence.value().Encode(), input));
  PASSPORT_CHECK(Equal(evidence.value().Clone().Encode(), input));
  PASSPORT_CHECK(evidence.value().body.size() <= auth::kBodyBytesMax);
  return 0;
}
