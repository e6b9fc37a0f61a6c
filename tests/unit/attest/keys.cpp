#include "tests/unit/attest/keys.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/x509.h>

namespace passport::attest {
namespace {

std::size_t FieldBytes(const EvpKey& key) {
  return static_cast<std::size_t>(EVP_PKEY_get_bits(key.get()) + 7) / 8;
}

}  // namespace

EvpKey MakeEcKey(const char* curve) {
  return EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve), EVP_PKEY_free);
}

Bytes SpkiOf(const EvpKey& key) {
  std::uint8_t* der = nullptr;
  const int size = i2d_PUBKEY(key.get(), &der);
  PASSPORT_CHECK(size > 0);
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

Bytes PointOf(const EvpKey& key) {
  const Bytes spki = SpkiOf(key);
  return Bytes(spki.end() - static_cast<std::ptrdiff_t>(2 * FieldBytes(key)), spki.end());
}

Bytes SignRaw(const EvpKey& key, ByteSpan message) {
  const std::size_t field = FieldBytes(key);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  Bytes der(256);
  std::size_t size = der.size();
  PASSPORT_CHECK(EVP_DigestSignInit(context.get(), nullptr, field == 32 ? EVP_sha256() : EVP_sha384(),
                                    nullptr, key.get()) == 1);
  PASSPORT_CHECK(EVP_DigestSign(context.get(), der.data(), &size, message.data(), message.size()) == 1);
  const std::uint8_t* cursor = der.data();
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
      d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(size)), ECDSA_SIG_free);
  Bytes out(2 * field);
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out.data(), static_cast<int>(field));
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out.data() + field, static_cast<int>(field));
  return out;
}

}  // namespace passport::attest
