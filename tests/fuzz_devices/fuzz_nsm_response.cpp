// Answers of the Nitro Secure Module: what is taken is one document, and it stands in the answer as it is.
#include "trusted/devices/nsm.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace passport;
  const Result<Bytes, devices::Refusal> document = devices::ParseNsmResponse({data, size});
  if (!document.ok()) {
    PASSPORT_CHECK(!document.error().empty());
    return 0;
  }
  // The document ends the answer; before it are the two maps and its length.
  PASSPORT_CHECK(!document.value().empty() && document.value().size() < size);
  PASSPORT_CHECK(Equal(ByteSpan(data, size).last(document.value().size()), document.value()));
  return 0;
}
