// Any bytes as claims: what is taken is canonical and safe to print.
#include "trusted/claims/claims_json.h"
#include "trusted/json/json.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  const auto claims = claims::Claims::Parse(input);
  if (!claims.ok()) return 0;
  PASSPORT_CHECK(Equal(claims.value().Encode(), input));
  PASSPORT_CHECK(json::Parse(claims::ToJson(claims.value())).ok());
  return 0;
}
