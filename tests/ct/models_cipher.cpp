// Models of libsodium's ciphers and curves, and of libcrypto's AES-GCM.
#include <openssl/evp.h>
#include <sodium.h>

#include <set>

#include "tests/ct/models.h"

using u8 = unsigned char;
using ull = unsigned long long;

// clang-format off
PASSPORT_MODEL(int, crypto_aead_xchacha20poly1305_ietf_encrypt,
               (u8* c, ull* c_size, const u8* m, ull m_size, const u8* ad, ull ad_size, const u8* none, const u8* nonce, const u8* key),
               (c, c_size, m, m_size, ad, ad_size, none, nonce, key), ({{m, m_size}, {key, 32}}), ({{c, m_size + 16}}))
PASSPORT_MODEL(int, crypto_aead_xchacha20poly1305_ietf_decrypt,
               (u8* m, ull* m_size, u8* none, const u8* c, ull c_size, const u8* ad, ull ad_size, const u8* nonce, const u8* key),
               (m, m_size, none, c, c_size, ad, ad_size, nonce, key), ({{c, c_size}, {key, 32}}), ({{m, c_size - 16}}))
PASSPORT_MODEL(int, crypto_aead_chacha20poly1305_ietf_encrypt,
               (u8* c, ull* c_size, const u8* m, ull m_size, const u8* ad, ull ad_size, const u8* none, const u8* nonce, const u8* key),
               (c, c_size, m, m_size, ad, ad_size, none, nonce, key), ({{m, m_size}, {key, 32}}), ({{c, m_size + 16}}))
PASSPORT_MODEL(int, crypto_aead_chacha20poly1305_ietf_decrypt,
               (u8* m, ull* m_size, u8* none, const u8* c, ull c_size, const u8* ad, ull ad_size, const u8* nonce, const u8* key),
               (m, m_size, none, c, c_size, ad, ad_size, nonce, key), ({{c, c_size}, {key, 32}}), ({{m, c_size - 16}}))

PASSPORT_MODEL(int, crypto_scalarmult, (u8* q, const u8* n, const u8* p), (q, n, p), ({{n, 32}, {p, 32}}), ({{q, 32}}))
PASSPORT_MODEL(int, crypto_scalarmult_base, (u8* q, const u8* n), (q, n), ({{n, 32}}), ({{q, 32}}))
PASSPORT_MODEL(int, crypto_scalarmult_ed25519_base_noclamp, (u8* q, const u8* n), (q, n), ({{n, 32}}), ({{q, 32}}))
PASSPORT_MODEL(int, crypto_scalarmult_ed25519_noclamp, (u8* q, const u8* n, const u8* p), (q, n, p), ({{n, 32}, {p, 32}}), ({{q, 32}}))
PASSPORT_MODEL(int, crypto_core_ed25519_add, (u8* r, const u8* p, const u8* q), (r, p, q), ({{p, 32}, {q, 32}}), ({{r, 32}}))
PASSPORT_MODEL_VOID(void, crypto_core_ed25519_scalar_add, (u8* z, const u8* x, const u8* y), (z, x, y), ({{x, 32}, {y, 32}}), ({{z, 32}}))
PASSPORT_MODEL_VOID(void, crypto_core_ed25519_scalar_sub, (u8* z, const u8* x, const u8* y), (z, x, y), ({{x, 32}, {y, 32}}), ({{z, 32}}))
PASSPORT_MODEL_VOID(void, crypto_core_ed25519_scalar_mul, (u8* z, const u8* x, const u8* y), (z, x, y), ({{x, 32}, {y, 32}}), ({{z, 32}}))
PASSPORT_MODEL_VOID(void, crypto_core_ed25519_scalar_reduce, (u8* r, const u8* s), (r, s), ({{s, 64}}), ({{r, 32}}))
PASSPORT_MODEL(int, crypto_core_ed25519_scalar_invert, (u8* out, const u8* s), (out, s), ({{s, 32}}), ({{out, 32}}))

PASSPORT_MODEL(int, crypto_sign_seed_keypair, (u8* pk, u8* sk, const u8* seed), (pk, sk, seed), ({{seed, 32}}), ({{pk, 32}, {sk, 64}}))
PASSPORT_MODEL(int, crypto_sign_detached, (u8* sig, ull* sig_size, const u8* m, ull m_size, const u8* sk), (sig, sig_size, m, m_size, sk),
               ({{m, m_size}, {sk, 64}}), ({{sig, 64}}))
// clang-format on

namespace {

using passport::ct::Effect;
using passport::ct::IsAnySecret;
using passport::ct::Publish;

constexpr unsigned long long kAesKeyBytes = 32;

// Contexts whose key or data are secret; libcrypto's memory is none of ours to mark.
std::set<const void*>& SecretContexts() {
  static std::set<const void*> contexts;
  return contexts;
}

// Takes in what a context is given, and says whether it is secret from then on.
bool TakeIn(const void* context, const void* data, unsigned long long size) {
  if (IsAnySecret({{data, size}})) SecretContexts().insert(context);
  return SecretContexts().contains(context);
}

void Start(const void* context, const u8* key) {
  SecretContexts().erase(context);
  TakeIn(context, key, kAesKeyBytes);
}

}  // namespace

PASSPORT_MODEL_BY_HAND(int, EVP_EncryptInit_ex,
                       (EVP_CIPHER_CTX * c, const EVP_CIPHER* type, ENGINE* e, const u8* key, const u8* iv)) {
  Start(c, key);
  return __real_EVP_EncryptInit_ex(c, type, e, key, iv);
}
PASSPORT_MODEL_BY_HAND(int, EVP_DecryptInit_ex,
                       (EVP_CIPHER_CTX * c, const EVP_CIPHER* type, ENGINE* e, const u8* key, const u8* iv)) {
  Start(c, key);
  return __real_EVP_DecryptInit_ex(c, type, e, key, iv);
}
PASSPORT_MODEL_BY_HAND(int, EVP_EncryptUpdate,
                       (EVP_CIPHER_CTX * c, u8* out, int* out_size, const u8* in, int size)) {
  const int verdict = __real_EVP_EncryptUpdate(c, out, out_size, in, size);
  Effect{TakeIn(c, in, static_cast<unsigned>(size))}.On({{out, static_cast<unsigned>(size)}});
  Publish(out_size, sizeof *out_size);
  return verdict;
}
PASSPORT_MODEL_BY_HAND(int, EVP_DecryptUpdate,
                       (EVP_CIPHER_CTX * c, u8* out, int* out_size, const u8* in, int size)) {
  const int verdict = __real_EVP_DecryptUpdate(c, out, out_size, in, size);
  Effect{TakeIn(c, in, static_cast<unsigned>(size))}.On({{out, static_cast<unsigned>(size)}});
  Publish(out_size, sizeof *out_size);
  return verdict;
}
PASSPORT_MODEL_BY_HAND(int, EVP_CIPHER_CTX_ctrl, (EVP_CIPHER_CTX * c, int type, int size, void* data)) {
  const int verdict = __real_EVP_CIPHER_CTX_ctrl(c, type, size, data);
  if (type == EVP_CTRL_GCM_GET_TAG) Effect{TakeIn(c, nullptr, 0)}.On({{data, static_cast<unsigned>(size)}});
  return verdict;
}
