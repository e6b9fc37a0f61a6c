// An authenticator and the browser around it, in software: ES256, attestation none. A test may change every
// part of what it says.
#pragma once

#include <string>

#include "tools/client/developer_key.h"

namespace passport::sim {

struct SoftPasskey {
  static SoftPasskey Make(std::string id, std::uint32_t counter = 0);

  client::DeveloperKey key;
  Bytes id;
  std::uint32_t counter = 0;  // 0: does not count
  std::string origin = "https://wallet.example";
  std::string rp_id = "wallet.example";
  std::uint8_t flags = 0x05;  // user present and verified

  // What the browser gives for a challenge: PublicKeyCredential as JSON.
  std::string Create(ByteSpan challenge, std::string_view type = "webauthn.create");
  std::string Get(ByteSpan challenge, std::string_view type = "webauthn.get");
  // What the last Create attested: the bytes of the attestation object.
  Bytes attested = {};

 private:
  Bytes AuthenticatorData(bool with_credential);
};

}  // namespace passport::sim
