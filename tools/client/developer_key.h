// A developer key: P-256, the PKCS#8 and SPKI DER forms of the scope CLI (wire-api.md 6.3, 9.1).
#pragma once

#include <memory>
#include <string_view>

#include "edl/base/bytes.h"

struct evp_pkey_st;

namespace passport::client {

class DeveloperKey {
 public:
  static DeveloperKey Generate();
  static Result<DeveloperKey> Parse(ByteSpan pkcs8_der);  // kBadKey unless it is a P-256 private key
  Bytes EncodePrivate() const;                            // PKCS#8 DER
  Bytes EncodePublic() const;                             // SPKI DER, 91 bytes
  Bytes Sign(std::string_view text) const;                // DER ECDSA over SHA-256 of the text

 private:
  explicit DeveloperKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace passport::client
