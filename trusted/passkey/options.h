// What a browser is asked for: the decrypted challenges of wire-api.md 8.1 and 8.3, as JSON.
#pragma once

#include <string>
#include <vector>

#include "edl/base/bytes.h"

namespace passport::passkey {

struct Options {
  std::string rp_id;
  std::string rp_name;
  ByteArray<16> user_id{};
  std::string user_name;
  std::string display_name;
  std::vector<Bytes> credentials;  // that the account has
};

// For navigator.credentials.create(): a passkey on an authenticator that has none of these yet.
std::string CreationJson(const Options& options, ByteSpan challenge);
// For navigator.credentials.get(): one of these passkeys.
std::string RequestJson(const Options& options, ByteSpan challenge);

}  // namespace passport::passkey
