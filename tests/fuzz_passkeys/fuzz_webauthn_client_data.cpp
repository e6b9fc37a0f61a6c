// Any text as client data: what is taken is within its bound, and members that nobody asked for change
// nothing.
#include "trusted/webauthn/client_data.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = webauthn::ClientData::Parse(ByteSpan(data, size));
  if (!parsed.ok()) {
    PASSPORT_CHECK(parsed.error() == Status::kWebauthnFormat);
    return 0;
  }
  PASSPORT_CHECK(size <= webauthn::kClientDataBytesMax);
  PASSPORT_CHECK(parsed.value().challenge.size() <= size && parsed.value().origin.size() <= size);
  return 0;
}
