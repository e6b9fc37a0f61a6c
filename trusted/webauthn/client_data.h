// Client data (WebAuthn Level 2, 5.8.1): what a browser says about the page that asked.
#pragma once

#include <string>

#include "edl/base/bytes.h"

namespace passport::webauthn {

inline constexpr std::size_t kClientDataBytesMax = 4'096;

struct ClientData {
  std::string type;
  Bytes challenge;
  std::string origin;
  bool cross_origin = false;

  // One strict JSON object; members that are not named here are ignored, as the standard wants it.
  // kWebauthnFormat.
  static Result<ClientData> Parse(ByteSpan json);
};

}  // namespace passport::webauthn
