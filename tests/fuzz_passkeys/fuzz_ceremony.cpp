// Ceremonies and sessions have one encoding each, and no tokens that nobody signed are a quorum.
#include "trusted/passkey/session.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  const auto session = passkey::Session::Parse(input);
  if (session.ok()) PASSPORT_CHECK(Equal(session.value().Encode(), input));
  const auto ceremony = passkey::Ceremony::Parse(input);
  if (!ceremony.ok()) return 0;
  PASSPORT_CHECK(Equal(ceremony.value().Encode(), input));
  static const passkey::Signers signers = {
      {PartyIndex{1}, crypto::SigningKey(crypto::SecretKey32(ByteArray<32>{1})).public_key()},
      {PartyIndex{2}, crypto::SigningKey(crypto::SecretKey32(ByteArray<32>{2})).public_key()}};
  PASSPORT_CHECK(!ceremony.value().Verify({7}, signers, 2, 0).ok());
  return 0;
}
