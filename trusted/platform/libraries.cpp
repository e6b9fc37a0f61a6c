#define OPENSSL_SUPPRESS_DEPRECATED  // RAND_METHOD: the one way to take libcrypto's generator out of play
                                     // in 3.0

#include "trusted/platform/libraries.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <memory>

#include "trusted/crypto/aead.h"
#include "trusted/crypto/hash.h"
#include "trusted/crypto/identity.h"
#include "trusted/crypto/p256.h"
#include "trusted/crypto/rsa.h"
#include "trusted/platform/randomness.h"

namespace passport::platform {
namespace {

int FillFromKernel(unsigned char* out, int size) {
  if (size < 0) return 0;
  if (size > 0) randombytes_buf(out, static_cast<std::size_t>(size));
  return 1;
}
int AlwaysSeeded() { return 1; }

// libcrypto's own generator asks for the time and the process id to decide about reseeding; getrandom needs
// neither.
constexpr RAND_METHOD kKernelRandomness = {nullptr, FillFromKernel, nullptr,
                                           nullptr, FillFromKernel, AlwaysSeeded};

// SHA-256 of "abc" (FIPS 180-4) and Keccak-256 of nothing (Ethereum's empty hash).
bool HashesAnswer() {
  return ToHex(crypto::HashSha256(AsBytes("abc"))) ==
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" &&
         ToHex(crypto::HashKeccak256({})) ==
             "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";
}

// Test case 14 of the GCM specification (McGrew and Viega): zero key, zero IV, sixteen zero bytes.
bool AesGcmAnswers() {
  const auto sealed =
      ParseHex("000000000000000000000000cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
  if (!sealed.ok()) return false;
  const auto opened = crypto::OpenAesGcm({}, sealed.value());
  return opened.ok() && opened.value() == Bytes(16);
}

bool XChaChaAnswers(crypto::Rng& rng) {
  const ByteArray<32> key = rng.Array<32>();
  const ByteArray<24> nonce = rng.Array<24>();
  Bytes sealed = crypto::SealXChaCha(key, nonce, AsBytes("a"), AsBytes("b"));
  const auto opened = crypto::OpenXChaCha(key, nonce, AsBytes("a"), sealed);
  sealed[0] ^= 1;
  return opened.ok() && AsText(opened.value().Expose()) == "b" &&
         !crypto::OpenXChaCha(key, nonce, AsBytes("a"), sealed).ok();
}

// P-256 with SHA-256, message "sample" (RFC 6979, A.2.5), and the same signature over another message.
bool P256Answers() {
  const auto spki = ParseHex(
      "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
      "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
      "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
  const auto r = ParseHex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716");
  const auto s = ParseHex("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  if (!spki.ok() || !r.ok() || !s.ok()) return false;
  const auto key = crypto::ParseP256(spki.value());
  const auto r_bytes = ToArray<32>(r.value());
  const auto s_bytes = ToArray<32>(s.value());
  if (!key.ok() || !r_bytes.ok() || !s_bytes.ok()) return false;
  const crypto::P256Signature signature{r_bytes.value(), s_bytes.value()};
  return crypto::VerifyP256(key.value(), AsBytes("sample"), signature) &&
         !crypto::VerifyP256(key.value(), AsBytes("simple"), signature);
}

// Test 1 of RFC 8032, 7.1 for the key; one agreement from both sides for X25519.
bool CurvesAnswer(crypto::Rng& rng) {
  const auto seed = ParseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  if (!seed.ok()) return false;
  const auto seed_bytes = ToArray<32>(seed.value());
  if (!seed_bytes.ok()) return false;
  const crypto::SigningKey key(crypto::SecretKey32(seed_bytes.value()));
  if (ToHex(key.public_key()) != "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    return false;
  if (!crypto::VerifyEd25519(key.public_key(), AsBytes("m"), key.Sign(AsBytes("m")))) return false;
  const crypto::SecretKey32 a = rng.Key();
  const crypto::SecretKey32 b = rng.Key();
  const auto ab = crypto::AgreeX25519(a, crypto::PublicX25519(b));
  const auto ba = crypto::AgreeX25519(b, crypto::PublicX25519(a));
  return ab.ok() && ba.ok() && ab.value().Expose() == ba.value().Expose();
}

// RSA-OAEP with SHA-256 of one ciphertext, or of rubbish, whose error path is warmed up too.
bool OpensOaep(EVP_PKEY* key, const Bytes& sealed, std::string_view expected) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(EVP_PKEY_CTX_new(key, nullptr),
                                                                            EVP_PKEY_CTX_free);
  Bytes out(sealed.size());
  std::size_t size = out.size();
  return context != nullptr && EVP_PKEY_decrypt_init(context.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), EVP_sha256()) == 1 &&
         EVP_PKEY_decrypt(context.get(), out.data(), &size, sealed.data(), sealed.size()) == 1 &&
         AsText(ByteSpan(out).first(size)) == expected;
}

// A key of 1024 bits, used once and dropped: an envelope key's 2048 would make every start a quarter of a
// second longer.
bool RsaAnswers() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(1024), EVP_PKEY_free);
  std::uint8_t* der = nullptr;
  const int size = key == nullptr ? -1 : i2d_PUBKEY(key.get(), &der);
  if (size < 0) return false;
  Result<Bytes> sealed = crypto::SealToEnvelope({der, static_cast<std::size_t>(size)}, AsBytes("warm"));
  OPENSSL_free(der);
  if (!sealed.ok() || !OpensOaep(key.get(), sealed.value(), "warm")) return false;
  sealed.value().back() ^= 1;
  return !OpensOaep(key.get(), sealed.value(), "warm");
}

}  // namespace

Result<Unit> StartLibraries() {
  UseKernelRandomness();
  if (sodium_init() < 0) return Fail(Status::kInternal);
  if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, nullptr) != 1)
    return Fail(Status::kInternal);
  // Generating an RSA key asks this generator for its strength, though not for bytes; making it asks for the
  // process id.
  if (RAND_get0_private(nullptr) == nullptr) return Fail(Status::kInternal);
  if (RAND_set_rand_method(&kKernelRandomness) != 1) return Fail(Status::kInternal);
  crypto::SystemRng rng;
  if (!HashesAnswer() || !AesGcmAnswers() || !XChaChaAnswers(rng)) return Fail(Status::kInternal);
  if (!P256Answers() || !CurvesAnswer(rng) || !RsaAnswers()) return Fail(Status::kInternal);
  return Unit{};
}

}  // namespace passport::platform
