#include "trusted/crypto/rsa.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace passport::crypto {
namespace {

using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

bool SetOaep(EVP_PKEY_CTX* context) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
}

}  // namespace

EnvelopeKey::EnvelopeKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {
  std::uint8_t* der = nullptr;
  const int size = i2d_PUBKEY(key_.get(), &der);
  PASSPORT_CHECK(size > 0);
  public_spki_.assign(der, der + size);
  OPENSSL_free(der);
}

EnvelopeKey EnvelopeKey::Generate() {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  PASSPORT_CHECK(key != nullptr);
  return EnvelopeKey(std::shared_ptr<evp_pkey_st>(key, EVP_PKEY_free));
}

Result<EnvelopeKey> EnvelopeKey::Parse(ByteSpan pkcs8_der) {
  const std::uint8_t* cursor = pkcs8_der.data();
  std::shared_ptr<evp_pkey_st> key(d2i_AutoPrivateKey(nullptr, &cursor, static_cast<long>(pkcs8_der.size())),
                                   EVP_PKEY_free);
  if (key == nullptr || cursor != pkcs8_der.data() + pkcs8_der.size()) return Fail(Status::kBadKey);
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return Fail(Status::kBadKey);
  if (EVP_PKEY_get_bits(key.get()) < 2048 || EVP_PKEY_get_bits(key.get()) > 4096)
    return Fail(Status::kBadKey);
  return EnvelopeKey(std::move(key));
}

SecretBytes EnvelopeKey::EncodePrivate() const {
  std::uint8_t* der = nullptr;
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, decltype(&PKCS8_PRIV_KEY_INFO_free)> info(
      EVP_PKEY2PKCS8(key_.get()), PKCS8_PRIV_KEY_INFO_free);
  PASSPORT_CHECK(info != nullptr);
  const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der);
  PASSPORT_CHECK(size > 0);
  SecretBytes out(Bytes(der, der + size));
  OPENSSL_clear_free(der, static_cast<std::size_t>(size));
  return out;
}

Result<SecretBytes> EnvelopeKey::Open(ByteSpan ciphertext) const {
  const Context context(EVP_PKEY_CTX_new(key_.get(), nullptr), EVP_PKEY_CTX_free);
  PASSPORT_CHECK(context != nullptr && EVP_PKEY_decrypt_init(context.get()) == 1 && SetOaep(context.get()));
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
  if (ciphertext.size() != size) return Fail(Status::kDecrypt);
  SecretBytes out{Bytes(size)};
  if (EVP_PKEY_decrypt(context.get(), out.ExposeMutable().data(), &size, ciphertext.data(),
                       ciphertext.size()) != 1) {
    return Fail(Status::kDecrypt);
  }
  out.ExposeMutable().resize(size);
  return out;
}

Result<Bytes> SealToEnvelope(ByteSpan spki_der, ByteSpan plaintext) {
  const std::uint8_t* cursor = spki_der.data();
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      d2i_PUBKEY(nullptr, &cursor, static_cast<long>(spki_der.size())), EVP_PKEY_free);
  if (key == nullptr || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return Fail(Status::kBadKey);
  const Context context(EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
  PASSPORT_CHECK(context != nullptr && EVP_PKEY_encrypt_init(context.get()) == 1 && SetOaep(context.get()));
  Bytes out(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())));
  std::size_t size = out.size();
  if (EVP_PKEY_encrypt(context.get(), out.data(), &size, plaintext.data(), plaintext.size()) != 1)
    return Fail(Status::kBadKey);
  out.resize(size);
  return out;
}

}  // namespace passport::crypto
