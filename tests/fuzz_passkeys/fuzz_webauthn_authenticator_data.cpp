// Any bytes as authenticator data: what is taken is taken whole, and no beginning of it is.
#include "trusted/webauthn/authenticator_data.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  const auto parsed = webauthn::AuthenticatorData::Parse(input);
  if (!parsed.ok()) return 0;
  PASSPORT_CHECK(!parsed.value().backed_up() || parsed.value().backup_eligible());
  if (parsed.value().credential) {
    const std::size_t id = parsed.value().credential->id.size();
    PASSPORT_CHECK(id > 0 && id <= webauthn::kCredentialIdBytesMax);
  }
  PASSPORT_CHECK(!webauthn::AuthenticatorData::Parse(input.first(size - 1)).ok());
  return 0;
}
