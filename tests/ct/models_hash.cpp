// Models of libsodium's hashes, streams and memory functions. The secrecy of a state is that of all it has
// taken in.
#include <sodium.h>

#include "tests/ct/models.h"

using u8 = unsigned char;
using ull = unsigned long long;

// clang-format off
PASSPORT_MODEL(int, crypto_hash_sha512_init, (crypto_hash_sha512_state* s), (s), ({}), ({{s, sizeof *s}}))
PASSPORT_MODEL(int, crypto_hash_sha512_update, (crypto_hash_sha512_state* s, const u8* in, ull size), (s, in, size),
               ({{s, sizeof *s}, {in, size}}), ({{s, sizeof *s}}))
PASSPORT_MODEL(int, crypto_hash_sha512_final, (crypto_hash_sha512_state* s, u8* out), (s, out), ({{s, sizeof *s}}), ({{out, 64}}))

PASSPORT_MODEL(int, crypto_auth_hmacsha256_init, (crypto_auth_hmacsha256_state* s, const u8* key, size_t size), (s, key, size),
               ({{key, size}}), ({{s, sizeof *s}}))
PASSPORT_MODEL(int, crypto_auth_hmacsha256_update, (crypto_auth_hmacsha256_state* s, const u8* in, ull size), (s, in, size),
               ({{s, sizeof *s}, {in, size}}), ({{s, sizeof *s}}))
PASSPORT_MODEL(int, crypto_auth_hmacsha256_final, (crypto_auth_hmacsha256_state* s, u8* out), (s, out), ({{s, sizeof *s}}), ({{out, 32}}))

PASSPORT_MODEL(int, crypto_auth_hmacsha512_init, (crypto_auth_hmacsha512_state* s, const u8* key, size_t size), (s, key, size),
               ({{key, size}}), ({{s, sizeof *s}}))
PASSPORT_MODEL(int, crypto_auth_hmacsha512_update, (crypto_auth_hmacsha512_state* s, const u8* in, ull size), (s, in, size),
               ({{s, sizeof *s}, {in, size}}), ({{s, sizeof *s}}))
PASSPORT_MODEL(int, crypto_auth_hmacsha512_final, (crypto_auth_hmacsha512_state* s, u8* out), (s, out), ({{s, sizeof *s}}), ({{out, 64}}))

PASSPORT_MODEL(int, crypto_generichash_blake2b_init, (crypto_generichash_blake2b_state* s, const u8* key, size_t size, size_t out_size),
               (s, key, size, out_size), ({{key, size}}), ({{s, sizeof *s}}))
PASSPORT_MODEL(int, crypto_generichash_blake2b_update, (crypto_generichash_blake2b_state* s, const u8* in, ull size), (s, in, size),
               ({{s, sizeof *s}, {in, size}}), ({{s, sizeof *s}}))
PASSPORT_MODEL(int, crypto_generichash_blake2b_final, (crypto_generichash_blake2b_state* s, u8* out, size_t size), (s, out, size),
               ({{s, sizeof *s}}), ({{out, size}}))

PASSPORT_MODEL(int, crypto_stream_chacha20, (u8* out, ull size, const u8* nonce, const u8* key), (out, size, nonce, key),
               ({{nonce, 8}, {key, 32}}), ({{out, size}}))

PASSPORT_MODEL_VOID(void, randombytes_buf, (void* out, size_t size), (out, size), ({}), ({{out, size}}))
PASSPORT_MODEL_VOID(void, sodium_memzero, (void* out, size_t size), (out, size), ({}), ({{out, size}}))
PASSPORT_MODEL_VERDICT(int, sodium_memcmp, (const void* a, const void* b, size_t size), (a, b, size), ({{a, size}, {b, size}}))
PASSPORT_MODEL_VERDICT(int, sodium_is_zero, (const u8* a, size_t size), (a, size), ({{a, size}}))
// clang-format on
