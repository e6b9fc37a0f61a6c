// Any text as a policy file: what is taken asks for something, and only tightens.
#include "trusted/claims/policy.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto policy = claims::ParsePolicy(AsText(ByteSpan(data, size)));
  if (!policy.ok()) {
    PASSPORT_CHECK(!policy.error().text.empty());
    return 0;
  }
  const claims::Policy& current = policy.value();
  PASSPORT_CHECK(current.version >= 1 && !current.providers.empty() && !current.measurements.empty());
  claims::Policy next = current;
  ++next.version;
  PASSPORT_CHECK(claims::NotWeaker(current, next).ok());
  PASSPORT_CHECK(!claims::NotWeaker(current, current).ok());
  next.minimum_svn = current.minimum_svn - 1;
  PASSPORT_CHECK(current.minimum_svn == 0 || !claims::NotWeaker(current, next).ok());
  // Claims of an image that is not listed are refused whatever else the policy says.
  PASSPORT_CHECK(!claims::Judge({}, {}, current, {}).ok());
  return 0;
}
