// What `navigator.credentials` gave the client and the client sends on: PublicKeyCredential as JSON
// (wire-api.md 8.2, 8.3).
#pragma once

#include <string_view>

#include "edl/base/bytes.h"

namespace passport::webauthn {

// Of `create()`.
struct RegistrationResponse {
  Bytes id;
  Bytes client_data;  // JSON, as the browser wrote it
  Bytes attestation_object;

  // kWebauthnFormat: not such an object, binary members that are not unpadded base64url, `rawId` that is not
  // `id`, or a `type` that is not "public-key". React Native clients leave `type` out.
  static Result<RegistrationResponse> Parse(std::string_view json);
};

// Of `get()`.
struct AssertionResponse {
  Bytes id;
  Bytes client_data;
  Bytes authenticator_data;
  Bytes signature;
  Bytes user_handle;  // empty: none

  static Result<AssertionResponse> Parse(std::string_view json);  // as above
};

}  // namespace passport::webauthn
