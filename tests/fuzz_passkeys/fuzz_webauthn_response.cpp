// Any text as a response of either kind: all binary members are there and within their bounds, and nothing of
// it verifies.
#include "trusted/webauthn/ceremony.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = AsText(ByteSpan(data, size));
  const webauthn::RelyingParty party{.id = "wallet.example", .origins = {"https://wallet.example"}};
  const Hash32 nobody_asked = {0xff};
  const auto made = webauthn::RegistrationResponse::Parse(text);
  if (made.ok()) {
    PASSPORT_CHECK(!made.value().id.empty() && !made.value().attestation_object.empty());
    PASSPORT_CHECK(!webauthn::VerifyRegistration(party, nobody_asked, made.value()).ok());
  }
  const auto shown = webauthn::AssertionResponse::Parse(text);
  if (shown.ok()) {
    PASSPORT_CHECK(!shown.value().signature.empty() && shown.value().user_handle.size() <= 64);
    PASSPORT_CHECK(!webauthn::VerifyAssertion(party, nobody_asked, {}, shown.value()).ok());
  }
  return 0;
}
