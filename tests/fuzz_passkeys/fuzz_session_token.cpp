// Any text as a session token: one that is taken is taken in no other spelling.
#include "trusted/passkey/session.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = AsText(ByteSpan(data, size));
  if (!passkey::CeremonyOf(text).ok()) return 0;
  PASSPORT_CHECK(!passkey::CeremonyOf(text.substr(0, size - 1)).ok());
  PASSPORT_CHECK(!passkey::CeremonyOf(std::string(text) + "A").ok());
  PASSPORT_CHECK(!passkey::CeremonyOf(std::string(text) + "=").ok());
  return 0;
}
