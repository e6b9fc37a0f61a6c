#include "tools/client/developer_key.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace passport::client {

DeveloperKey DeveloperKey::Generate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  PASSPORT_CHECK(key != nullptr);
  return DeveloperKey(std::shared_ptr<evp_pkey_st>(key, EVP_PKEY_free));
}

Result<DeveloperKey> DeveloperKey::Parse(ByteSpan pkcs8_der) {
  const std::uint8_t* cursor = pkcs8_der.data();
  std::shared_ptr<evp_pkey_st> key(d2i_AutoPrivateKey(nullptr, &cursor, static_cast<long>(pkcs8_der.size())),
                                   EVP_PKEY_free);
  DeveloperKey out(std::move(key));
  if (out.key_ == nullptr || EVP_PKEY_get_base_id(out.key_.get()) != EVP_PKEY_EC ||
      out.EncodePublic().size() != 91) {
    return Fail(Status::kBadKey);
  }
  return out;
}

Bytes DeveloperKey::EncodePrivate() const {
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, decltype(&PKCS8_PRIV_KEY_INFO_free)> info(
      EVP_PKEY2PKCS8(key_.get()), PKCS8_PRIV_KEY_INFO_free);
  std::uint8_t* der = nullptr;
  const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der);
  PASSPORT_CHECK(size > 0);
  Bytes out(der, der + size);
  OPENSSL_clear_free(der, static_cast<std::size_t>(size));
  return out;
}

Bytes DeveloperKey::EncodePublic() const {
  std::uint8_t* der = nullptr;
  const int size = i2d_PUBKEY(key_.get(), &der);
  PASSPORT_CHECK(size > 0);
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

Bytes DeveloperKey::Sign(std::string_view text) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  Bytes out(128);
  std::size_t size = out.size();
  const ByteSpan bytes = AsBytes(text);
  PASSPORT_CHECK(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
                 EVP_DigestSign(context.get(), out.data(), &size, bytes.data(), bytes.size()) == 1);
  out.resize(size);
  return out;
}

}  // namespace passport::client
