#include "trusted/crypto/rsa.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
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

// Whether a number of the key is there and as it should be.
template <class F>
bool NumberIs(const EVP_PKEY& key, const char* name, F&& as_it_should_be) {
  BIGNUM* number = nullptr;
  const bool ok = EVP_PKEY_get_bn_param(&key, name, &number) == 1 && as_it_should_be(number);
  BN_clear_free(number);
  return ok;
}

bool IsUsualExponent(const BIGNUM* exponent) { return BN_is_word(exponent, 65537) == 1; }

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

bool EnvelopeKey::OpensItsOwn() const {
  constexpr std::string_view kTrial = "does it open what it seals?";
  if (EVP_PKEY_get_bits(key_.get()) != 2048 || !NumberIs(*key_, OSSL_PKEY_PARAM_RSA_E, IsUsualExponent))
    return false;
  for (const char* half :
       {OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
        OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1}) {
    if (!NumberIs(*key_, half, [](const BIGNUM* n) { return BN_num_bits(n) <= 1024; })) return false;
  }
  if (!NumberIs(*key_, OSSL_PKEY_PARAM_RSA_D, [](const BIGNUM* n) { return BN_num_bits(n) <= 2048; }) ||
      NumberIs(*key_, OSSL_PKEY_PARAM_RSA_FACTOR3, [](const BIGNUM*) { return true; }))
    return false;
  const Result<Bytes> sealed = SealToEnvelope(public_spki_, AsBytes(kTrial));
  if (!sealed.ok()) return false;
  const Result<SecretBytes> opened = Open(sealed.value());
  return opened.ok() && AsText(opened.value().Expose()) == kTrial;
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
