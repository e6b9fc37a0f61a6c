#include "trusted/crypto/aead.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <memory>

namespace passport::crypto {
namespace {

constexpr std::size_t kIvBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kPlaintextBytesMax = 1u << 24;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

}  // namespace

Result<Bytes> OpenAesGcm(const ByteArray<32>& key, ByteSpan sealed) {
  if (sealed.size() < kIvBytes + kTagBytes || sealed.size() > kPlaintextBytesMax)
    return Fail(Status::kDecrypt);
  const ByteSpan iv = sealed.first(kIvBytes);
  const ByteSpan ciphertext = sealed.subspan(kIvBytes, sealed.size() - kIvBytes - kTagBytes);
  Bytes tag = ToBytes(sealed.last(kTagBytes));
  Bytes out(ciphertext.size() + 1);  // one more, so that data() is never null
  int size = 0;
  const CipherContext context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  PASSPORT_CHECK(context != nullptr);
  const bool ok = EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), iv.data()) == 1 &&
                  EVP_DecryptUpdate(context.get(), out.data(), &size, ciphertext.data(),
                                    static_cast<int>(ciphertext.size())) == 1 &&
                  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
                  EVP_DecryptFinal_ex(context.get(), out.data() + size, &size) == 1;
  if (!ok) return Fail(Status::kDecrypt);
  out.resize(ciphertext.size());
  return out;
}

Bytes SealAesGcm(const ByteArray<32>& key, ByteSpan plaintext, Rng& rng) {
  PASSPORT_CHECK(plaintext.size() <= kPlaintextBytesMax);
  Bytes out(kIvBytes + plaintext.size() + kTagBytes);
  rng.Fill(std::span(out).first(kIvBytes));
  int size = 0;
  const CipherContext context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  PASSPORT_CHECK(context != nullptr);
  const bool ok =
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), out.data()) == 1 &&
      EVP_EncryptUpdate(context.get(), out.data() + kIvBytes, &size, plaintext.data(),
                        static_cast<int>(plaintext.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), out.data() + kIvBytes + size, &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                          out.data() + kIvBytes + plaintext.size()) == 1;
  PASSPORT_CHECK(ok);
  return out;
}

Bytes SealXChaCha(const ByteArray<32>& key, const ByteArray<24>& nonce, ByteSpan associated,
                  ByteSpan plaintext) {
  Bytes out(plaintext.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data(), nullptr, plaintext.data(), plaintext.size(),
                                             associated.data(), associated.size(), nullptr, nonce.data(),
                                             key.data());
  return out;
}

Result<SecretBytes> OpenXChaCha(const ByteArray<32>& key, const ByteArray<24>& nonce, ByteSpan associated,
                                ByteSpan sealed) {
  if (sealed.size() < crypto_aead_xchacha20poly1305_ietf_ABYTES) return Fail(Status::kDecrypt);
  Bytes out(sealed.size() - crypto_aead_xchacha20poly1305_ietf_ABYTES);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                 associated.data(), associated.size(), nonce.data(),
                                                 key.data()) != 0) {
    return Fail(Status::kDecrypt);
  }
  return SecretBytes(std::move(out));
}

}  // namespace passport::crypto
